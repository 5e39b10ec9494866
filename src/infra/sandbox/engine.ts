import { HeapFull, HostOutOfMemory, hostImports, InterpreterGone } from "./host-imports.ts";
import { EVALUATE, interpreterExports, type InterpreterExports, type Pointer } from "./interpreter.ts";
import { type InterpreterModule, PAGE_BYTES, type WasmMemory } from "./module.ts";
import { GUEST_PRELUDE } from "./guest.ts";
import { CODE_FILE } from "./refusal.ts";
import { Tank } from "./tank.ts";

/** Where the interpreter's heap begins; below it are its constants and its own stack, which grows down from here. */
const HEAP_BASE = 5_333_088;
const HEAP_BASE_PAGES = Math.ceil(HEAP_BASE / PAGE_BYTES);
/** A memory begins with so many pages, and has at most so many. */
const MEMORY = { initial: 96, maximum: 32_768 } as const;
/** More than the interpreter's own stack takes before it refuses: wiped between calls. */
const STACK_WINDOW_BYTES = 1024 * 1024;
/** The interpreter refuses recursion beyond so many bytes of its own stack, which the code can catch. */
const MAX_OWN_STACK_BYTES = 512 * 1024;
/**
 * Calls end where they would take more of the host's stack, by an estimate (`frameBytes`): so they
 * end at the same depth on every host, before its own limit of just under a megabyte.
 */
export const MAX_HOST_STACK_BYTES = 800_000;
/** A heap that has to grow takes this much at once, so that it need not ask for every block. */
const GROWTH_PAGES = 16;
const IMAGE_BLOCK_BYTES = 4096;

/** The interpreter's memory after its start and the prelude, and where things are in it. */
export interface Image {
  readonly blocks: readonly { readonly at: number; readonly bytes: Uint8Array }[];
  readonly heapPages: number;
  readonly places: Places;
}

interface Places {
  readonly runtime: Pointer;
  readonly context: Pointer;
  readonly undefined: Pointer;
  /** The functions of the prelude. */
  readonly run: Pointer;
  readonly render: Pointer;
  readonly describe: Pointer;
  readonly fileName: Pointer;
  /** Room for two pointers. */
  readonly args: Pointer;
}

/**
 * One memory, an instance of the interpreter that works on it, its fuel and the limit of its heap. The memory outlives
 * instances: a host collects dropped memories late, long after they would have been too many for it.
 */
export class Engine {
  readonly #module: InterpreterModule;
  readonly #memory: WasmMemory;
  #exports: InterpreterExports;
  #tank: Tank;
  #maxPages: number = MEMORY.maximum;

  constructor(module: InterpreterModule) {
    this.#module = module;
    this.#memory = module.newMemory(MEMORY);
    this.#exports = this.#instantiate();
    this.#tank = new Tank(this.#exports.fuel);
  }

  get exports(): InterpreterExports {
    return this.#exports;
  }

  get tank(): Tank {
    return this.#tank;
  }

  /** The memory as it is now; another one once it has grown. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.#memory.buffer);
  }

  /** Bytes of the heap that are in use. */
  get heapBytes(): number {
    return Math.max(0, this.exports.heap.value * PAGE_BYTES - HEAP_BASE);
  }

  /** From here on the whole memory may have this many bytes. */
  limitMemory(maxBytes: number): void {
    this.#maxPages = Math.floor(maxBytes / PAGE_BYTES);
  }

  /** Makes the memory what the image holds, whatever happened in it. */
  restore({ blocks, heapPages }: Image): void {
    this.#reach(heapPages);
    this.#wipe();
    const { bytes } = this;
    for (const block of blocks) bytes.set(block.bytes, block.at);
    this.exports.heap.value = heapPages;
  }

  /** Throws the instance away and begins with another, on the same memory. Nothing of the old one is left in it. */
  renew(): void {
    this.#wipe();
    this.#exports = this.#instantiate();
    this.#tank = new Tank(this.#exports.fuel);
  }

  #instantiate(): InterpreterExports {
    const imports = hostImports(this.#memory, (bytes) => this.#growHeap(bytes));
    const exports = interpreterExports(this.#module.instantiate(imports));
    exports.heap.value = HEAP_BASE_PAGES;
    return exports;
  }

  /** Empties the heap and the interpreter's own stack. What is below are constants and what the image has of them. */
  #wipe(): void {
    this.bytes.fill(0, HEAP_BASE - STACK_WINDOW_BYTES, this.exports.heap.value * PAGE_BYTES);
  }

  #growHeap(bytes: number): void {
    const pages = Math.ceil(bytes / PAGE_BYTES);
    if (pages > this.#maxPages) throw new HeapFull();
    this.#reach(pages);
    this.exports.heap.value = pages;
    this.tank.reweigh(this.heapBytes);
  }

  /** Makes sure that the memory has so many pages. */
  #reach(pages: number): void {
    const there = this.#memory.buffer.byteLength / PAGE_BYTES;
    if (pages <= there) return;
    try {
      this.#memory.grow(Math.min(Math.max(pages, there + GROWTH_PAGES), MEMORY.maximum) - there);
    } catch {
      throw new HostOutOfMemory();
    }
  }
}

/** Starts the interpreter, runs the prelude and keeps what its memory holds then. */
export function takeImage(engine: Engine): Image {
  const { exports } = engine;
  exports.initialize();
  const runtime = exports.new_runtime();
  exports.set_max_stack_size(runtime, MAX_OWN_STACK_BYTES);
  const context = exports.new_context(runtime, 0);
  const fileName = putText(engine, CODE_FILE).at;
  const prelude = putText(engine, GUEST_PRELUDE);
  const sandboxFile = putText(engine, "sandbox.js").at;
  const functions = exports.evaluate(context, prelude.at, prelude.bytes, sandboxFile, 0, EVALUATE.script);
  if (exports.resolve_exception(context, functions) !== 0) throw new TypeError("the sandbox's prelude does not run");
  const places = {
    runtime,
    context,
    undefined: exports.get_undefined(),
    run: exports.get_element(context, functions, 0),
    render: exports.get_element(context, functions, 1),
    describe: exports.get_element(context, functions, 2),
    fileName,
    args: exports.malloc(2 * 4),
  };
  return { blocks: blocksOf(engine.bytes), heapPages: exports.heap.value, places };
}

/** The parts of the memory that hold anything. */
function blocksOf(memory: Uint8Array): Image["blocks"] {
  const words = new Int32Array(memory.buffer);
  const isEmpty = (at: number): boolean => {
    for (let word = at / 4; word < (at + IMAGE_BLOCK_BYTES) / 4; word++) if (words[word] !== 0) return false;
    return true;
  };
  const blocks: { at: number; bytes: Uint8Array }[] = [];
  let from: number | null = null;
  for (let at = 0; at <= memory.length; at += IMAGE_BLOCK_BYTES) {
    if (at < memory.length && !isEmpty(at)) from ??= at;
    else if (from !== null) {
      blocks.push({ at: from, bytes: memory.slice(from, at) });
      from = null;
    }
  }
  return blocks;
}

/** Puts a text into the heap, with a NUL behind it. */
export function putText(engine: Engine, text: string): { readonly at: Pointer; readonly bytes: number } {
  const encoded = new TextEncoder().encode(text);
  const at = engine.exports.malloc(encoded.length + 1);
  // No block of the heap could ever be that large.
  if (at === 0) throw new HeapFull();
  const memory = engine.bytes;
  memory.set(encoded, at);
  memory[at + encoded.length] = 0;
  return { at, bytes: encoded.length };
}

/** The text of a value that is one; null when it has more bytes of UTF-8 than that. */
export function textOf(engine: Engine, context: Pointer, value: Pointer, maxBytes: number): string | null {
  const from = engine.exports.get_string(context, value);
  if (from === 0) throw new InterpreterGone();
  const memory = engine.bytes;
  const bytes = memory.subarray(from, memory.indexOf(0, from));
  return bytes.length > maxBytes ? null : new TextDecoder().decode(bytes);
}
