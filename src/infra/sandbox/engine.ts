import releaseSync from "@jitl/quickjs-wasmfile-release-sync";
import { newQuickJSWASMModuleFromVariant } from "quickjs-emscripten-core";
import type { EmscriptenModuleLoader, QuickJSEmscriptenModule, QuickJSWASMModule } from "quickjs-emscripten-core";
import { RuntimeHostError, fault } from "../../core/errors.ts";
import { FUEL_EXPORT } from "./meter/fuel-export.ts";

/** What a wasm instance exposes, spelt without the platform's WebAssembly types: Node's type world has none. */
export interface WasmInstance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Instantiates the metered interpreter (quickjs.wasm) with the given imports. */
export type Instantiate = (imports: unknown) => WasmInstance;

/** Finds and compiles the interpreter: differs between workerd (module import) and Node (file). */
export type LoadModule = () => Promise<Instantiate>;

/** One wasm instance of the interpreter, with its two throttles. */
export interface Engine {
  readonly quickJs: QuickJSWASMModule;
  /** What is left of the fuel; negative once it ran out. Settable. */
  fuel: bigint;
  /** From here on the heap may grow to this many bytes; forgets earlier refusals. */
  limitHeap(maxBytes: number): void;
  /** True when the heap wanted to grow past its limit. */
  readonly heapRefused: boolean;
  /** True once the heap has grown: it never shrinks, so the next evaluation would see another machine than the first. */
  readonly grown: boolean;
}

/** Emscripten's start function, with the options used here; its own declaration knows fewer. */
type ModuleLoader = (options: {
  readonly printErr: () => void;
  readonly instantiateWasm: (imports: unknown, done: (instance: WasmInstance) => void) => unknown;
}) => ReturnType<EmscriptenModuleLoader<QuickJSEmscriptenModule>>;

interface Fuel {
  value: bigint;
}

interface Heap {
  readonly buffer: { readonly byteLength: number };
  grow(pages: number): number;
}

const PAGE_BYTES = 65_536;

/** Starts a fresh interpreter. Rejects with INVALID_CONFIGURATION when the binary cannot be loaded or is not metered. */
export async function startEngine(loadModule: LoadModule): Promise<Engine> {
  let instance: WasmInstance | null = null;
  let heap: Heap | null = null;
  try {
    const instantiate = await loadModule();
    const instantiateWasm = (imports: unknown, done: (instance: WasmInstance) => void) => {
      heap = findHeap(imports);
      instance = instantiate(imports);
      done(instance);
      return instance.exports;
    };
    const quickJs = await newQuickJSWASMModuleFromVariant({
      ...releaseSync,
      importModuleLoader: async () => {
        const imported = await releaseSync.importModuleLoader();
        const start = ("default" in imported ? imported.default : imported) as ModuleLoader;
        return () => start({ printErr: () => undefined, instantiateWasm });
      },
    });
    return throttled(quickJs, instance, heap);
  } catch (cause) {
    throw new RuntimeHostError(fault("INVALID_CONFIGURATION", "the sandbox's interpreter did not start"), { cause });
  }
}

function throttled(quickJs: QuickJSWASMModule, instance: WasmInstance | null, heap: Heap | null): Engine {
  const fuel = instance?.exports[FUEL_EXPORT] as Fuel | undefined;
  if (!fuel || !heap) throw new TypeError("the interpreter's binary exports no fuel or imports no memory");
  const initialBytes = heap.buffer.byteLength;
  const grow = heap.grow.bind(heap);
  let maxBytes = initialBytes;
  let refused = false;
  const engine: Engine = {
    quickJs,
    limitHeap(bytes) {
      maxBytes = bytes;
      refused = false;
    },
    get heapRefused() {
      return refused;
    },
    get fuel() {
      return fuel.value;
    },
    set fuel(value: bigint) {
      fuel.value = value;
    },
    get grown() {
      return heap.buffer.byteLength > initialBytes;
    },
  };
  // The interpreter's own memory limit counts what it asked for, not what it got, and in this build forgets the size of
  // everything it holds. The heap's only way to grow passes through here.
  heap.grow = (pages) => {
    if (heap.buffer.byteLength + pages * PAGE_BYTES > maxBytes) {
      refused = true;
      throw new RangeError("the heap is full");
    }
    return grow(pages);
  };
  return engine;
}

/** Import names are minified, so the memory is known by what it can do. */
function findHeap(imports: unknown): Heap | null {
  for (const group of Object.values(imports as Record<string, Record<string, unknown>>)) {
    for (const entry of Object.values(group)) {
      if (typeof entry === "object" && entry !== null && "grow" in entry && "buffer" in entry) return entry as Heap;
    }
  }
  return null;
}
