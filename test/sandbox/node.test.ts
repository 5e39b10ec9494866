import { describe, expect, it } from "vitest";
import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
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
    const unmetered = async () => {
      const instantiate = await nodeQuickJsModule();
      return (imports: unknown) => {
        const { fuel: _, ...exports } = instantiate(imports).exports;
        return { exports };
      };
    };
    const sandbox = quickJsSandbox({ loadModule: unmetered });
    await expect(sandbox.run(code, null)).rejects.toMatchObject({ fault: { code: "INVALID_CONFIGURATION" } });
  });

  it("keeps one instance for calls that leave it as it was, and drops one that grew or broke", async () => {
    let started = 0;
    const sandbox = quickJsSandbox({
      loadModule: () => {
        started++;
        return nodeQuickJsModule();
      },
    });
    const body = (text: string) => `export default () => { ${text} }`;
    for (let i = 0; i < 3; i++) await sandbox.run(code, null);
    await sandbox.run(body("throw new Error('x');"), null);
    await sandbox.run(body("for (;;);"), null);
    expect(started).toBe(1);
    await sandbox.run(body("return new Uint8Array(2e7).length;"), null);
    await sandbox.run(code, null);
    expect(started).toBe(2);
    await sandbox.run(body("return [].indexOf.call({ length: 2 ** 53 - 1 }, 1);"), null, { maxInterrupts: 20 });
    await sandbox.run(code, null);
    expect(started).toBe(3);
  });
});
