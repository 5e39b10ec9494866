import type { JsonValue } from "../../../contracts/json/json.ts";
import { fault } from "../../core/errors.ts";
import { MAX_JSON_DEPTH } from "../../core/json/read-json.ts";
import { shapeOf } from "../../core/json/shape.ts";
import { err, ok } from "../../core/result.ts";
import type { Sandbox, SandboxBudget } from "../../spi/sandbox.ts";
import { startEngine, type Engine, type LoadModule } from "./engine.ts";
import { evaluate } from "./evaluate.ts";
import { CODE_FILE, tooNested } from "./refusal.ts";

export interface QuickJsOptions {
  readonly loadModule: LoadModule;
  /** Used where a call names no budget of its own. */
  readonly budget?: Partial<SandboxBudget>;
  /** Longest output, in characters of JSON. */
  readonly maxOutputChars?: number;
}

/** The interpreter starts with this much heap: a smaller memory budget is raised to it. */
const MIN_MEMORY_BYTES = 16 * 1024 * 1024;
/** About a second of work in the worst case; half of what an isolate may hold, less what the Worker itself needs. */
const DEFAULT_BUDGET: SandboxBudget = { maxInterrupts: 1_000, maxMemoryBytes: 48 * 1024 * 1024 };
const DEFAULT_MAX_OUTPUT_CHARS = 2 * 1024 * 1024;

/**
 * The Sandbox port on QuickJS compiled to WebAssembly. `code` is a module text whose default export is the function:
 * `export default function (input) { … }`, or `async`. Each call gets a runtime and a context of its own; the wasm
 * instance behind them is kept for the next call unless this one outgrew or broke it.
 *
 * Rejects with INVALID_CONFIGURATION when the interpreter does not start; everything the code does is a Result.
 */
export function quickJsSandbox(options: QuickJsOptions): Sandbox {
  const defaults = { ...DEFAULT_BUDGET, ...options.budget };
  const maxOutputChars = options.maxOutputChars ?? DEFAULT_MAX_OUTPUT_CHARS;
  const idle: Engine[] = [];
  return {
    async run(code, input, budget) {
      if (code.includes("\0") || !code.isWellFormed()) {
        return err(fault("SANDBOX_ERROR", "the code holds characters that are no text", { place: CODE_FILE }));
      }
      const wanted = { ...defaults, ...budget };
      const limits = {
        maxInterrupts: Math.max(1, Math.floor(wanted.maxInterrupts)),
        maxMemoryBytes: Math.max(MIN_MEMORY_BYTES, wanted.maxMemoryBytes),
        maxOutputChars,
      };
      const engine = idle.pop() ?? (await startEngine(options.loadModule));
      const evaluation = evaluate(engine, code, JSON.stringify(input), limits);
      // Evaluations never overlap within an isolate, so more than one idle engine is a burst at start-up: let it go.
      if (evaluation.reusable && idle.length === 0) idle.push(engine);
      if (!evaluation.result.ok) return evaluation.result;
      if (shapeOf(evaluation.result.value).depth > MAX_JSON_DEPTH) return err(tooNested(MAX_JSON_DEPTH));
      return ok(JSON.parse(evaluation.result.value) as JsonValue);
    },
  };
}
