import { describe, expect, it } from "vitest";
import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
import type { LoadModule } from "../../src/infra/sandbox/module.ts";
import { quickJsSandbox } from "../../src/infra/sandbox/quick-js-sandbox.ts";
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

  it("keeps one instance for calls that leave it as it was, and drops one that grew or was torn", async () => {
    const { loadModule, started } = counted();
    const sandbox = quickJsSandbox({ loadModule });
    const body = (text: string) => `export default () => { ${text} }`;
    for (let i = 0; i < 3; i++) await sandbox.run(code, null);
    await sandbox.run(body("throw new Error('x');"), null);
    await sandbox.run(body("return 5n;"), null);
    // The first start is the one that all calls begin with.
    expect(started()).toBe(2);
    for (const dropped of [
      "return new Uint8Array(2e7).length;",
      "for (;;);",
      "return [].indexOf.call({ length: 2 ** 53 - 1 }, 1);",
      "const a = []; for (;;) a.push(new Uint8Array(1e6));",
      "const f = () => f() + 1; return f();",
    ]) {
      const before = started();
      await sandbox.run(body(dropped), null, { maxCpuMs: 100 });
      await sandbox.run(code, null);
      expect([dropped, started() - before]).toEqual([dropped, 1]);
    }
  });
});

/** The interpreter, and how often it was started. */
function counted(): { readonly loadModule: LoadModule; readonly started: () => number } {
  let count = 0;
  return {
    loadModule: async () => {
      const module = await nodeQuickJsModule();
      return {
        ...module,
        instantiate(imports) {
          count++;
          return module.instantiate(imports);
        },
      };
    },
    started: () => count,
  };
}
