import type { LoadModule } from "./module.ts";
import quickJs from "./quickjs.wasm";

/** The interpreter as workerd hands it out: compiled when the Worker was uploaded. */
export const workerdModule: LoadModule = () =>
  Promise.resolve({
    newMemory: (limits) => new WebAssembly.Memory(limits),
    instantiate: (imports) => new WebAssembly.Instance(quickJs, imports as WebAssembly.Imports),
  });
