import { readFile } from "node:fs/promises";
import type { LoadModule, WasmInstance, WasmMemory } from "../infra/sandbox/module.ts";

/** The part of the WebAssembly API used here; @types/node does not declare it. */
interface WasmApi {
  compile(bytes: Uint8Array): Promise<unknown>;
  readonly Instance: new (module: unknown, imports: unknown) => WasmInstance;
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => WasmMemory;
}

declare const WebAssembly: WasmApi;

let compiled: Promise<unknown> | null = null;

/** The interpreter in Node: the same binary the Worker imports, read from its file and compiled once a process. */
export const nodeQuickJsModule: LoadModule = async () => {
  compiled ??= readFile(new URL("../infra/sandbox/quickjs.wasm", import.meta.url)).then((bytes) =>
    WebAssembly.compile(bytes),
  );
  const module = await compiled;
  return {
    newMemory: (limits) => new WebAssembly.Memory(limits),
    instantiate: (imports) => new WebAssembly.Instance(module, imports),
  };
};
