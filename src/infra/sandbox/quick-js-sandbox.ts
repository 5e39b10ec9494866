import { fault, RuntimeHostError } from "../../core/errors.ts";
import { err } from "../../core/result.ts";
import type { Sandbox, SandboxBudget } from "../../spi/sandbox.ts";
import { Engine, takeImage, type Image } from "./engine.ts";
import { evaluate, type EvaluationLimits } from "./evaluate.ts";
import type { LoadModule } from "./module.ts";
import { notNow, noText } from "./refusal.ts";

export interface QuickJsOptions {
  readonly loadModule: LoadModule;
  /** Used where a call names no budget of its own. */
  readonly budget?: Partial<SandboxBudget>;
}

const MIB = 1024 * 1024;
/** The interpreter has this much memory from the start: a smaller budget is raised to it. */
const MIN_MEMORY_BYTES = 8 * MIB;
/** Half of what an isolate may hold, less what the Worker itself needs. */
const DEFAULT_BUDGET: SandboxBudget = { maxCpuMs: 1_000, maxMemoryBytes: 48 * MIB };

/** The interpreter, ready to be used. */
interface Ready {
  readonly engine: Engine;
  readonly image: Image;
}

/**
 * The Sandbox port on QuickJS compiled to WebAssembly. `code` is a module text whose default export is the function:
 * `export default function (input) { … }`, or `async`. Every call begins with the interpreter's memory as its start left
 * it, to the byte. The wasm instance is kept for the next call unless this one was torn out of it; there is one memory, as
 * large as any call has needed.
 *
 * Rejects with INVALID_CONFIGURATION when the interpreter does not start; everything the code does is a Result.
 */
export function quickJsSandbox(options: QuickJsOptions): Sandbox {
  const defaults = { ...DEFAULT_BUDGET, ...options.budget };
  let starting: Promise<Ready> | null = null;
  const ready = (): Promise<Ready> =>
    (starting ??= start(options.loadModule).catch((cause: unknown) => {
      starting = null;
      throw cause;
    }));

  return {
    async run(code, input, { mayBegin, onSpent, ...budget } = {}) {
      if (code.includes("\0") || !code.isWellFormed()) return err(noText());
      const wanted = { ...defaults, ...budget };
      const limits: EvaluationLimits = {
        cpuMs: Math.max(1, Math.floor(wanted.maxCpuMs)),
        memoryBytes: Math.max(MIN_MEMORY_BYTES, wanted.maxMemoryBytes),
      };
      const { engine, image } = await ready();
      // From here to the end nothing else runs in this isolate, so one engine is all that is ever needed.
      if (mayBegin?.() === false) return err(notNow());
      engine.restore(image);
      const { result, cpuMs, reusable } = evaluate(engine, image, code, JSON.stringify(input), limits);
      if (!reusable) engine.renew();
      onSpent?.(cpuMs);
      return result;
    },
  };
}

async function start(loadModule: LoadModule): Promise<Ready> {
  try {
    const engine = new Engine(await loadModule());
    return { engine, image: takeImage(engine) };
  } catch (cause) {
    throw new RuntimeHostError(fault("INVALID_CONFIGURATION", "the sandbox's interpreter did not start"), { cause });
  }
}
