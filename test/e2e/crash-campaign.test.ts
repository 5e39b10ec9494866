import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crash } from "../crash/crash.ts";
import { reportOf } from "../crash/report.ts";
import { KINDS } from "../crash/stories.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const RUNS = 3 * KINDS;
const KILLS = 3;

describe("kill -9, again and again", () => {
  let data: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    data = await temporaryFolder();
  });
  afterAll(() => data.remove());

  it(`${RUNS} runs of every kind survive ${KILLS} kills, and nothing is lost, doubled or left behind`, async () => {
    const report = await crash({ runs: RUNS, kills: KILLS, seed: 1, persist: data.path });
    expect(report.findings.list).toEqual([]);
    expect(report.told.map(({ result, story }) => [story.kind, result?.run_status])).toEqual(
      report.told.map(({ story }) => [story.kind, story.ends]),
    );
    expect(reportOf(report, { runs: RUNS, kills: KILLS }).at(-1)).toBe(
      `runs ${RUNS} · kills ${KILLS} · completed ${RUNS} · effects ${report.effects.steps} · orphans 0 · violations 0`,
    );
    // Kills that hit nothing would prove nothing.
    expect(report.repeated).toBeGreaterThan(0);
  });
});
