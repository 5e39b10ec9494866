import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fuzz } from "../fuzz/fuzz.ts";
import { reportOf } from "../fuzz/report.ts";
import { bootWorker, type LocalWorker } from "../support/local-worker/boot.ts";

const REQUESTS = 2_000;
const SEED = 12;
const LIMIT_MS = 300_000;

describe("generated requests", () => {
  let worker: LocalWorker;
  beforeAll(async () => {
    worker = await bootWorker();
  });
  afterAll(() => worker.stop());

  it(
    "of every kind are answered with what is declared, in time, and under a correlation id",
    async () => {
      const report = await fuzz({ count: REQUESTS, seed: SEED, target: worker, say: () => undefined });
      expect(report.findings.length === 0 ? [] : reportOf(report)).toEqual([]);
      expect(report.sent).toBe(REQUESTS);
      expect([...report.families.keys()].toSorted()).toEqual([
        "contracts",
        "envelopes",
        "events",
        "lifecycles",
        "nodes",
        "paths",
        "plans",
        "searches",
        "snapshots",
        "triggers",
      ]);
      // Requests that are all refused at the door would prove little.
      expect(report.statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20);
      expect(report.statuses.get(202) ?? 0).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );
});
