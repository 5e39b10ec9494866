import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
import { quickJsSandbox } from "../../src/infra/sandbox/quick-js-sandbox.ts";
import { hostileCode } from "./hostile/generated.ts";
import { expectBounded } from "./hostile/hostile-suite.ts";

const CPU_MS = 25;
const CODES = new Set(["SANDBOX_ERROR", "SANDBOX_BUDGET", "SANDBOX_MEMORY", "OUTPUT_STATE_INVALID"]);

describe("generated hostile functions", () => {
  const sandbox = quickJsSandbox({ loadModule: nodeQuickJsModule });
  const once = async (code: string) => {
    let spent = 0;
    const outcome = await sandbox.run(code, { n: 1 }, { maxCpuMs: CPU_MS, onSpent: (cpuMs) => (spent = cpuMs) });
    return { outcome, spent };
  };

  it("end within their budget, with a short refusal or JSON, and the next call is served", async () => {
    await fc.assert(
      fc.asyncProperty(hostileCode, async (code) => {
        const { outcome, spent } = await once(code);
        expect(spent).toBeGreaterThan(0);
        expect(spent).toBeLessThanOrEqual(CPU_MS);
        if (outcome.ok) expect(JSON.parse(JSON.stringify(outcome.value))).toEqual(outcome.value);
        else {
          expect(CODES).toContain(outcome.error.code);
          expectBounded(outcome.error);
        }
        expect(await sandbox.run("export default () => 1;", null)).toEqual({ ok: true, value: 1 });
      }),
    );
  });

  it("are replayed to the last instruction, whatever ran between", async () => {
    await fc.assert(
      fc.asyncProperty(hostileCode, hostileCode, async (code, other) => {
        const first = await once(code);
        await once(other);
        expect(await once(code)).toEqual(first);
      }),
    );
  });
});
