import { describe, expect, it } from "vitest";
import type { Fault } from "../../../src/core/errors.ts";
import type { Sandbox } from "../../../src/spi/sandbox.ts";
import { BUILT_INS } from "./built-ins.ts";
import { CONSTANT_CLOCKS, REFUSED_CLOCKS } from "./clocks.ts";
import { CONTROL_FLOW } from "./control-flow.ts";
import { LOUD_ERRORS, LOUD_RESULTS } from "./errors.ts";
import { JOBS } from "./jobs.ts";
import { MEMORY } from "./memory.ts";
import { fn } from "./program.ts";
import { TEXTS } from "./texts.ts";

const CPU_MS = 100;
/** Of a fault as it is recorded, whatever the code put into it. */
const MAX_FAULT_CHARS = 3_000;

/** Everything in a fault is short, and made of whole characters. */
export function expectBounded(problem: Fault): void {
  expect(problem.message.length).toBeLessThanOrEqual(600);
  expect(problem.place?.length ?? 0).toBeLessThanOrEqual(400);
  const recorded = JSON.stringify(problem);
  expect(recorded.length).toBeLessThanOrEqual(MAX_FAULT_CHARS);
  // As JSON writes half a character; a backslash of the text itself is written as two.
  expect(recorded).not.toMatch(/(?<!\\)(\\\\)*\\ud[89ab]/i);
  expect(recorded.isWellFormed()).toBe(true);
}

/** What a sandbox must hold against, wherever it runs. */
export function hostileSuite(label: string, open: () => Sandbox): void {
  describe(`${label}: hostile functions`, () => {
    const sandbox = open();
    const attempt = async (code: string) => {
      let spent = 0;
      const outcome = await sandbox.run(code, { n: 1 }, { maxCpuMs: CPU_MS, onSpent: (cpuMs) => (spent = cpuMs) });
      expect(spent).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(CPU_MS);
      if (!outcome.ok) expectBounded(outcome.error);
      // Whatever it did, the next call is served as if it had never been.
      expect(await sandbox.run(fn("return { n: input.n + 1 };"), { n: 41 })).toEqual({ ok: true, value: { n: 42 } });
      return { outcome, spent };
    };

    describe.each([
      ["control flow", CONTROL_FLOW],
      ["jobs", JOBS],
      ["built-in functions", BUILT_INS],
      ["texts and numbers", TEXTS],
      ["memory and stack", MEMORY],
    ])("%s", (_, programs) => {
      it.each(programs)("%s", async (title, code, ends) => {
        const { outcome, spent } = await attempt(code);
        expect([title, outcome.ok ? "ok" : outcome.error.code]).toEqual([title, ends]);
        // What is stopped has had all it may have; what fails otherwise has not.
        expect(spent === CPU_MS).toBe(ends === "SANDBOX_BUDGET");
      });
    });

    describe("the clock and chance", () => {
      it.each(REFUSED_CLOCKS)("%s", async (_, code, says) => {
        const { outcome } = await attempt(code);
        expect(outcome).toMatchObject({ ok: false, error: { code: "SANDBOX_ERROR" } });
        expect(outcome.ok ? "" : outcome.error.message).toMatch(says);
      });

      it.each(CONSTANT_CLOCKS)("%s", async (_, body, value) => {
        expect((await attempt(fn(body))).outcome).toEqual({ ok: true, value });
      });
    });

    it.each(LOUD_ERRORS)("keeps little of an error: %s", async (_, code, message) => {
      const { outcome } = await attempt(code);
      expect(outcome).toMatchObject({ ok: false, error: { code: "SANDBOX_ERROR" } });
      if (!outcome.ok) expect(outcome.error.message).toMatch(message);
      if (!outcome.ok) expect(outcome.error.place).toMatch(/^node\.js(:\d{1,7})?$/);
    });

    it.each(LOUD_RESULTS)("keeps little of a result that is none: %s", async (_, body, message) => {
      const { outcome } = await attempt(fn(body));
      expect(outcome).toMatchObject({ ok: false, error: { code: "OUTPUT_STATE_INVALID", retryable: false } });
      if (!outcome.ok) expect(outcome.error.message).toMatch(message);
    });
  });
}
