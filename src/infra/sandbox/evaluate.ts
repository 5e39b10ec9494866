import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { Fault } from "../../core/errors.ts";
import { fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { SandboxBudget } from "../../spi/sandbox.ts";
import type { Engine } from "./engine.ts";
import { GUEST_PRELUDE } from "./guest.ts";
import { CODE_FILE, overBudget, overMemory, refusalOf, tooDeep } from "./refusal.ts";

/** Fuel an interrupt is worth: interpreted loops use less than this between two interrupts, so they end softly. */
const FUEL_PER_INTERRUPT = 250_000n;
const FULL_TANK = (1n << 62n) - 1n;
const MAX_STACK_BYTES = 512 * 1024;

export interface EvaluationLimits extends SandboxBudget {
  /** Longest output, in characters of JSON. */
  readonly maxOutputChars: number;
}

export interface Evaluation {
  /** The output as JSON text. */
  readonly result: Result<string, Fault>;
  /** False when the interpreter was torn out of its work and must not be used again. */
  readonly reusable: boolean;
}

/** One call of the module's default export, in a runtime of its own. Never throws. */
export function evaluate(engine: Engine, code: string, inputJson: string, limits: EvaluationLimits): Evaluation {
  let interrupts = 0;
  const overBudgetNow = () => interrupts > limits.maxInterrupts || engine.fuel < 0n;
  engine.fuel = FULL_TANK;
  engine.limitHeap(limits.maxMemoryBytes);
  try {
    const runtime = engine.quickJs.newRuntime();
    runtime.setMaxStackSize(MAX_STACK_BYTES);
    const context = runtime.newContext();
    const call = new Call(context, (error) => refusalOf(error, engine.heapRefused, limits.maxMemoryBytes));
    const runner = call.prepare();
    runtime.setInterruptHandler(() => ++interrupts > limits.maxInterrupts);
    engine.fuel = FUEL_PER_INTERRUPT * BigInt(limits.maxInterrupts);
    const outcome = call.run(runner, code, inputJson, limits.maxOutputChars);
    const result = overBudgetNow() ? err(overBudget(limits.maxInterrupts)) : outcome;
    // Taking everything down is not the code's work.
    engine.fuel = FULL_TANK;
    runtime.removeInterruptHandler();
    call.dispose();
    context.dispose();
    runtime.dispose();
    return { result, reusable: !engine.grown };
  } catch (thrown) {
    // The interpreter was left in the middle of something: whatever it holds is lost with the instance.
    return { result: err(overBudgetNow() ? overBudget(limits.maxInterrupts) : torn(thrown, limits)), reusable: false };
  }
}

/** What tore the interpreter out of its work: the host's stack, or an allocation nothing inside could answer for. */
const torn = (thrown: unknown, limits: EvaluationLimits): Fault =>
  thrown instanceof RangeError ? tooDeep() : overMemory(limits.maxMemoryBytes);

type Settled =
  | { readonly kind: "fulfilled"; readonly value: QuickJSHandle }
  | { readonly kind: "rejected"; readonly error: QuickJSHandle }
  | { readonly kind: "pending" };

/** The steps of one call, and every handle they made. Not disposed of when it is torn: its instance is lost anyway. */
class Call {
  readonly #context: QuickJSContext;
  readonly #handles: QuickJSHandle[] = [];
  readonly #fault: (dumped: unknown) => Fault;

  constructor(context: QuickJSContext, toFault: (dumped: unknown) => Fault) {
    this.#context = context;
    this.#fault = toFault;
  }

  /** Runs our own prelude, before the code's budget counts. */
  prepare(): QuickJSHandle {
    return this.#keep(
      this.#context.unwrapResult(this.#context.evalCode(GUEST_PRELUDE, "sandbox.js", { type: "global" })),
    );
  }

  run(runner: QuickJSHandle, code: string, inputJson: string, maxOutputChars: number): Result<string, Fault> {
    const context = this.#context;
    const evaluated = context.evalCode(code, CODE_FILE, { type: "module" });
    if (evaluated.error) return this.#refuse(evaluated.error);
    const module = this.#settle(evaluated.value);
    if (module.kind === "pending") return err(neverSettles("the module's top-level await"));
    if (module.kind === "rejected") return this.#refuse(module.error);

    const exported = this.#keep(context.getProp(module.value, "default"));
    if (context.typeof(exported) !== "function") return err(noFunction());
    const input = this.#keep(context.newString(inputJson));
    const maxChars = this.#keep(context.newNumber(maxOutputChars));
    const called = context.callFunction(runner, context.undefined, [exported, input, maxChars]);
    if (called.error) return this.#refuse(called.error);
    const settled = this.#settle(called.value);
    if (settled.kind === "pending") return err(neverSettles("the promise the function returned"));
    if (settled.kind === "rejected") return this.#refuse(settled.error);
    return ok(context.getString(settled.value));
  }

  /** Runs every pending job, then looks at what became of the value. */
  #settle(value: QuickJSHandle): Settled {
    this.#keep(value);
    const jobs = this.#context.runtime.executePendingJobs();
    if (jobs.error) return { kind: "rejected", error: jobs.error };
    const state = this.#context.getPromiseState(value);
    if (state.type === "pending") return { kind: "pending" };
    if (state.type === "rejected") return { kind: "rejected", error: state.error };
    return { kind: "fulfilled", value: state.value === value ? value : this.#keep(state.value) };
  }

  #refuse(error: QuickJSHandle): Result<string, Fault> {
    return err(this.#fault(this.#context.dump(this.#keep(error))));
  }

  #keep(handle: QuickJSHandle): QuickJSHandle {
    this.#handles.push(handle);
    return handle;
  }

  dispose(): void {
    for (const handle of this.#handles.reverse()) if (handle.alive) handle.dispose();
  }
}

const neverSettles = (what: string): Fault =>
  fault("SANDBOX_ERROR", `${what} never settles`, {
    place: CODE_FILE,
    hint: "there are no timers and no network in the sandbox: nothing can settle it later",
  });

const noFunction = (): Fault =>
  fault("SANDBOX_ERROR", "the code has no function as its default export", {
    place: CODE_FILE,
    hint: "write `export default function (input) { … }`",
  });
