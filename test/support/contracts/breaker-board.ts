import { describe, expect, it } from "vitest";
import type { BreakerBoard, BreakerKey } from "../../../src/spi/breaker-board.ts";

const KEY: BreakerKey = { tenant: "acme", binding: "http", target: "a.example:443" };
const OTHER: BreakerKey = { ...KEY, tenant: "other" };
const SETTINGS = { failureThreshold: 5, resetMs: 60_000 };

/** What isolates rely on when they tell each other of targets. */
export function breakerBoardContract(label: string, open: () => Promise<BreakerBoard>): void {
  describe(`${label}: breaker board`, () => {
    const failed = (failures: number, succeeded = false) => ({ ...KEY, ...SETTINGS, failures, succeeded });

    it("adds up what isolates saw and opens at the threshold, for that target alone", async () => {
      const board = await open();
      expect(await board.report([failed(3)], 1_000)).toEqual([
        { ...KEY, failures: 3, openUntil: null, trialUntil: null },
      ]);
      expect(await board.report([failed(2)], 2_000)).toEqual([
        { ...KEY, failures: 5, openUntil: 62_000, trialUntil: null },
      ]);
      expect(await board.read([KEY, OTHER])).toEqual([{ ...KEY, failures: 5, openUntil: 62_000, trialUntil: null }]);
    });

    it("opens at once for an isolate that saw enough alone", async () => {
      const board = await open();
      expect(await board.report([failed(5)], 0)).toMatchObject([{ failures: 5, openUntil: 60_000 }]);
    });

    it("begins to count anew after a success, and stays open through one", async () => {
      const board = await open();
      await board.report([failed(4)], 0);
      expect(await board.report([failed(1, true)], 1)).toMatchObject([{ failures: 1, openUntil: null }]);
      await board.report([failed(5)], 2);
      expect(await board.report([failed(0, true)], 3)).toMatchObject([{ openUntil: 60_002 }]);
    });

    it("does not open later because it fails longer", async () => {
      const board = await open();
      await board.report([failed(5)], 0);
      expect(await board.report([failed(9)], 50_000)).toMatchObject([{ failures: 14, openUntil: 60_000 }]);
    });

    it("gives the one trial to one of all who ask, when the time is over", async () => {
      const board = await open();
      await board.report([failed(5)], 0);
      expect(await board.claimTrial(KEY, 59_999, 120_000)).toBe(false);
      const claims = await Promise.all([1, 2, 3].map(() => board.claimTrial(KEY, 60_000, 120_000)));
      expect(claims.filter(Boolean)).toHaveLength(1);
      expect(await board.claimTrial(KEY, 119_999, 180_000)).toBe(false);
      // Whoever tried never came back.
      expect(await board.claimTrial(KEY, 120_000, 180_000)).toBe(true);
    });

    it("lets an isolate try what nobody else has told of", async () => {
      const board = await open();
      expect(await board.claimTrial(KEY, 60_000, 120_000)).toBe(true);
      expect(await board.claimTrial(KEY, 60_001, 120_000)).toBe(false);
    });

    it("has nothing to claim once it is closed, and stays so", async () => {
      const board = await open();
      await board.report([failed(2)], 0);
      expect(await board.claimTrial(KEY, 1, 60_001)).toBe(true);
      expect(await board.claimTrial(KEY, 1, 60_001)).toBe(true);
      expect(await board.read([KEY])).toEqual([{ ...KEY, failures: 2, openUntil: null, trialUntil: null }]);
    });

    it("closes after a trial that went well, and opens again after one that did not", async () => {
      const board = await open();
      await board.report([failed(5)], 0);
      await board.claimTrial(KEY, 60_000, 120_000);
      await board.settleTrial(KEY, 130_000);
      expect(await board.read([KEY])).toEqual([{ ...KEY, failures: 5, openUntil: 130_000, trialUntil: null }]);
      await board.claimTrial(KEY, 130_000, 190_000);
      await board.settleTrial(KEY, null);
      expect(await board.read([KEY])).toEqual([{ ...KEY, failures: 0, openUntil: null, trialUntil: null }]);
      await board.settleTrial(OTHER, null);
      expect(await board.read([OTHER])).toEqual([]);
    });

    it("lists a tenant's open breakers, and forgets what is old", async () => {
      const board = await open();
      await board.report([failed(5), { ...failed(5), target: "b.example:443" }, { ...failed(1), target: "c" }], 10);
      await board.report([{ ...failed(5), ...OTHER }], 20);
      expect((await board.open("acme", 10)).map(({ target }) => target)).toEqual(["a.example:443", "b.example:443"]);
      expect(await board.open("acme", 1)).toHaveLength(1);
      expect(await board.forgetBefore(20, 2)).toBe(2);
      expect(await board.forgetBefore(20, 9)).toBe(1);
      expect(await board.open("other", 10)).toHaveLength(1);
    });

    it("asks nothing about nothing", async () => {
      const board = await open();
      expect(await board.read([])).toEqual([]);
      expect(await board.report([], 0)).toEqual([]);
    });
  });
}
