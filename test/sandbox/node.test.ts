import { describe, expect, it } from "vitest";
import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
import type { LoadModule } from "../../src/infra/sandbox/module.ts";
import { quickJsSandbox } from "../../src/infra/sandbox/quick-js-sandbox.ts";
import type { Sandbox } from "../../src/spi/sandbox.ts";
import { sandboxSuite } from "./sandbox-suite.ts";

sandboxSuite("node", () => quickJsSandbox({ loadModule: nodeQuickJsModule }));

describe("starting the interpreter", () => {
  const code = "export default () => 1;";

  it("INVALID_CONFIGURATION when the binary cannot be loaded, and the next call tries again", async () => {
    let failures = 1;
    const sandbox = quickJsSandbox({
      loadModule: () => (failures-- > 0 ? Promise.reject(new Error("no such file")) : nodeQuickJsModule()),
    });
    await expect(sandbox.run(code, null)).rejects.toMatchObject({ fault: { code: "INVALID_CONFIGURATION" } });
    expect(await sandbox.run(code, null)).toEqual({ ok: true, value: 1 });
  });

  it("INVALID_CONFIGURATION when the binary has no meter", async () => {
    const unmetered: LoadModule = async () => {
      const module = await nodeQuickJsModule();
      return {
        ...module,
        instantiate(imports) {
          const { fuel: _, ...exports } = module.instantiate(imports).exports;
          return { exports };
        },
      };
    };
    const sandbox = quickJsSandbox({ loadModule: unmetered });
    await expect(sandbox.run(code, null)).rejects.toMatchObject({ fault: { code: "INVALID_CONFIGURATION" } });
  });

  it("keeps one instance until a call is torn out of it, and one memory for all of them", async () => {
    const { loadModule, started, memories } = counted();
    const sandbox = quickJsSandbox({ loadModule });
    const body = (text: string) => `export default () => { ${text} }`;
    for (const kept of ["return 1;", "throw new Error('x');", "return 5n;", "return new Uint8Array(2e7).length;"]) {
      await sandbox.run(body(kept), null);
      expect([kept, started()]).toEqual([kept, 1]);
    }
    for (const torn of [
      "for (;;);",
      "return [].indexOf.call({ length: 2 ** 53 - 1 }, 1);",
      "const a = []; for (;;) a.push(new Uint8Array(1e6));",
      "const f = () => f() + 1; return f();",
    ]) {
      const before = started();
      await sandbox.run(body(torn), null, { maxCpuMs: 100 });
      await sandbox.run(code, null);
      expect([torn, started() - before]).toEqual([torn, 1]);
    }
    expect(memories()).toBe(1);
  });

  it("answers the same in a memory that has grown as in one that has not", async () => {
    const answer = async (sandbox: Sandbox, body: string) => {
      let spent = 0;
      const outcome = await sandbox.run(`export default () => { ${body} }`, null, {
        maxCpuMs: 500,
        onSpent: (cpuMs) => (spent = cpuMs),
      });
      return { outcome, spent };
    };
    const [fresh, grown] = [1, 2].map(() => quickJsSandbox({ loadModule: nodeQuickJsModule }));
    for (const body of [
      "return new Uint8Array(1e7).length;",
      "const a = []; for (;;) a.push(a.length);",
      "const a = []; for (let i = 0; i < 2e4; i++) a.push({ i }); return a.length;",
    ]) {
      if (!fresh || !grown) throw new Error("two sandboxes");
      await grown.run("export default () => { const a = []; for (;;) a.push(new Uint8Array(1e6)); }", null);
      expect(await answer(grown, body)).toEqual(await answer(fresh, body));
    }
  });
});

/** The interpreter, and how often it was started and given a memory. */
function counted() {
  const count = { started: 0, memories: 0 };
  const loadModule: LoadModule = async () => {
    const module = await nodeQuickJsModule();
    return {
      newMemory(limits) {
        count.memories++;
        return module.newMemory(limits);
      },
      instantiate(imports) {
        count.started++;
        return module.instantiate(imports);
      },
    };
  };
  return { loadModule, started: () => count.started, memories: () => count.memories };
}
