import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { hostImports } from "../../../src/infra/sandbox/host-imports.ts";
import { METER_EXPORTS } from "../../../src/infra/sandbox/meter/exports.ts";
import { QUICKJS_LABELS } from "../../../src/infra/sandbox/meter/quickjs-labels.ts";
import { relabelWasm } from "../../../src/infra/sandbox/meter/relabel.ts";
import { assemble } from "./assemble.ts";

interface Named {
  readonly module?: string;
  readonly name: string;
}
const { Module } = (
  globalThis as unknown as {
    readonly WebAssembly: {
      readonly Module: (new (bytes: Uint8Array) => object) & {
        imports(module: object): readonly Named[];
        exports(module: object): readonly Named[];
      };
    };
  }
).WebAssembly;

const binary = new Module(readFileSync(new URL("../../../src/infra/sandbox/quickjs.wasm", import.meta.url)));
const memory = { buffer: new ArrayBuffer(256), grow: () => 0 };
const { host } = hostImports(memory, () => undefined);

describe("the interpreter's binary", () => {
  it("imports what the host gives, and nothing else", () => {
    const imported = Module.imports(binary);
    expect(new Set(imported.map(({ module }) => module))).toEqual(new Set(["host"]));
    expect(imported.map(({ name }) => name).sort()).toEqual(Object.keys(host).sort());
  });

  it("exports what the host calls, and nothing else", () => {
    const expected = [...Object.values(QUICKJS_LABELS.exports), ...Object.values(METER_EXPORTS)];
    expect(
      Module.exports(binary)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(expected.sort());
  });

  it("gets the same answer whenever it asks for the time, the zone or the environment", () => {
    const view = new Uint8Array(memory.buffer);
    view.fill(0xff);
    expect([host.date_now(), host.date_now()]).toEqual([0, 0]);
    host.local_time(1_720_000_000n, 0);
    expect(view.slice(0, 44).every((byte) => byte === 0)).toBe(true);
    host.time_zone(64, 68, 72, 76);
    expect([...view.slice(64, 73), view[76]]).toEqual(Array(10).fill(0));
    host.environ_sizes_get(80, 84);
    expect(view.slice(80, 88).every((byte) => byte === 0)).toBe(true);
  });
});

describe("labels", () => {
  const plain = assemble([{ name: "run", code: [0x41, 1] }]);
  const labels = {
    module: "host",
    imports: { m: "memory", g: "global" },
    exports: { run: "work" },
    memory: { initial: 1, maximum: 2 },
  };

  it("rename imports and exports, and drop the exports without one", () => {
    const module = new Module(relabelWasm(plain, { ...labels, exports: { run: "work" } }));
    expect(Module.imports(module).map(({ module: from, name }) => `${from}.${name}`)).toEqual([
      "host.memory",
      "host.global",
    ]);
    expect(Module.exports(module).map(({ name }) => name)).toEqual(["work"]);
    expect(Module.exports(new Module(relabelWasm(plain, { ...labels, exports: {} })))).toEqual([]);
  });

  it("refuse an import that has none, and a label of nothing", () => {
    expect(() => relabelWasm(plain, { ...labels, imports: { m: "memory" } })).toThrow(/imports g, which has no label/);
    expect(() => relabelWasm(plain, { ...labels, imports: { ...labels.imports, x: "x" } })).toThrow(/no import x/);
    expect(() => relabelWasm(plain, { ...labels, exports: { gone: "gone" } })).toThrow(/no export gone/);
  });
});
