/** The parts of the WebAssembly API used here, spelt without the platform's types: Node's type world has none. */
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/** The metered interpreter (quickjs.wasm), compiled. */
export interface InterpreterModule {
  newMemory(limits: { readonly initial: number; readonly maximum: number }): WasmMemory;
  instantiate(imports: unknown): WasmInstance;
}

/** Finds and compiles the interpreter: differs between workerd (module import) and Node (file). */
export type LoadModule = () => Promise<InterpreterModule>;

export const PAGE_BYTES = 65_536;
