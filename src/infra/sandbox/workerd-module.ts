import quickJs from "./quickjs.wasm";
import type { LoadModule } from "./engine.ts";

/** The interpreter as workerd hands it out: compiled when the Worker was uploaded. */
export const workerdModule: LoadModule = () =>
  Promise.resolve((imports) => new WebAssembly.Instance(quickJs, imports as WebAssembly.Imports));
