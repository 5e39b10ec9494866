import { describe, expect, it } from "vitest";
import { PLANTED } from "./bugs/planted.ts";
import { noTokenCheck } from "./bugs/no-token-check.ts";
import { firstCatch } from "./explore.ts";
import { describeTrace } from "./report.ts";
import { shrink } from "./shrink.ts";
import { simulate } from "./simulate.ts";

const SEEDS = 2_000;
const PATIENCE_MS = 900_000;

describe(`a planted bug is caught within ${SEEDS} seeds`, () => {
  it.each(PLANTED.map((bug) => [bug.name, bug] as const))(
    "%s",
    async (name, bug) => {
      const seed = await firstCatch(bug, SEEDS);
      console.info(`seed ${seed ?? "none"} catches: ${name}`);
      expect(seed).not.toBeNull();
    },
    PATIENCE_MS,
  );

  it("there are at least ten, and no two are the same", () => {
    expect(new Set(PLANTED.map(({ name }) => name)).size).toBe(PLANTED.length);
    expect(PLANTED.length).toBeGreaterThanOrEqual(10);
  });
});

describe("a failing trace", () => {
  it(
    "shrinks to what is needed to fail, and says what that is",
    async () => {
      const seed = (await firstCatch(noTokenCheck, SEEDS)) ?? 0;
      const found = await simulate(seed, { bug: noTokenCheck });
      const trace = await shrink(seed, "fenced", found.deviations, noTokenCheck);
      expect(trace.outcome.findings.map(({ invariant }) => invariant)).toContain("fenced");
      expect(trace.deviations.size).toBeLessThan(found.deviations.size);
      // A stale answer needs an answer that is late and nothing else: each deviation left must be needed.
      for (const label of trace.deviations.keys()) {
        const fewer = new Map([...trace.deviations].filter(([other]) => other !== label));
        const { findings } = await simulate(seed, { bug: noTokenCheck, deviations: fewer, scenario: trace.scenario });
        expect(findings.some(({ invariant }) => invariant === "fenced")).toBe(false);
      }
      expect(describeTrace(trace)).toContain("no outcome is committed under a stale lease");
    },
    PATIENCE_MS,
  );
});
