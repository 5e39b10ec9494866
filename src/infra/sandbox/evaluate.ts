import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import { readJson } from "../../core/json/read-json.ts";
import { err, type Result } from "../../core/result.ts";
import { type Engine, type Image, MAX_HOST_STACK_BYTES, putText, textOf } from "./engine.ts";
import { HeapFull, HostOutOfMemory } from "./host-imports.ts";
import { EVALUATE, type Pointer, PROMISE } from "./interpreter.ts";
import {
  flawed,
  interpreterBroke,
  invalidResult,
  neverSettles,
  noFunction,
  noMemory,
  overBudget,
  overMemory,
  resultTooDeep,
  thrown,
  tooDeep,
  tooLarge,
} from "./refusal.ts";
import { UNITS_PER_MS } from "./tank.ts";

export interface EvaluationLimits {
  readonly cpuMs: number;
  readonly memoryBytes: number;
}

export interface Evaluation {
  readonly result: Result<JsonValue, Fault>;
  /** Milliseconds of the budget that were used; the whole of it when it ran out. */
  readonly cpuMs: number;
  /** False when the interpreter was torn out of its work and must not be used again. */
  readonly reusable: boolean;
}

/** Longest result, in bytes of JSON. */
const MAX_RESULT_BYTES = 2 * 1024 * 1024;
/** What a call costs before the code does anything: a clean memory, and a compiled module. */
const START_UNITS = 400_000n;
/** What the host does for a byte that crosses the border: it is encoded, parsed, checked. */
const UNITS_PER_BYTE = 40n;

/** One call of the module's default export, in an interpreter as the image left it. Never throws. */
export function evaluate(
  engine: Engine,
  image: Image,
  code: string,
  inputJson: string,
  limits: EvaluationLimits,
): Evaluation {
  const { tank } = engine;
  const budget = BigInt(limits.cpuMs) * UNITS_PER_MS;
  const spent = (): number => (tank.isEmpty ? limits.cpuMs : limits.cpuMs - Number(tank.left) / Number(UNITS_PER_MS));
  engine.limitMemory(limits.memoryBytes);
  engine.exports.stack.value = MAX_HOST_STACK_BYTES;
  tank.fill(budget - START_UNITS - UNITS_PER_BYTE * BigInt(code.length + inputJson.length), engine.heapBytes);
  try {
    const result = tank.isEmpty ? null : new Call(engine, image, limits.memoryBytes).run(code, inputJson);
    const isSpent = result === null || tank.isEmpty;
    return { result: isSpent ? err(overBudget(limits.cpuMs)) : result, cpuMs: spent(), reusable: true };
  } catch (torn) {
    return { result: err(whyTorn(torn, engine, limits)), cpuMs: spent(), reusable: false };
  }
}

/** What tore the interpreter out of its work. Its host's stack comes last: the meter is there to end a call before it. */
function whyTorn(torn: unknown, engine: Engine, { cpuMs, memoryBytes }: EvaluationLimits): Fault {
  if (torn instanceof HeapFull) return overMemory(memoryBytes);
  if (torn instanceof HostOutOfMemory) return noMemory();
  if (torn instanceof ResultTooDeep) return resultTooDeep();
  if (engine.tank.isEmpty) return overBudget(cpuMs);
  return isStackSpent(torn, engine) ? tooDeep() : interpreterBroke();
}

class ResultTooDeep extends Error {}

const isStackSpent = (torn: unknown, engine: Engine): boolean =>
  !engine.tank.isEmpty && (engine.exports.stack.value < 0 || torn instanceof RangeError);

/** What became of a value once every job has run. */
type Settled = { readonly thrown: Pointer } | { readonly value: Pointer } | "pending";

/** The steps of one call. Nothing is given back: the memory is restored as a whole. */
class Call {
  readonly #engine: Engine;
  readonly #places: Image["places"];
  readonly #memoryBytes: number;

  constructor(engine: Engine, { places }: Image, memoryBytes: number) {
    this.#engine = engine;
    this.#places = places;
    this.#memoryBytes = memoryBytes;
  }

  run(code: string, inputJson: string): Result<JsonValue, Fault> {
    const { exports } = this.#engine;
    const { context, fileName, run } = this.#places;
    const text = putText(this.#engine, code);
    const module = this.#settle(exports.evaluate(context, text.at, text.bytes, fileName, 0, EVALUATE.module));
    if (module === "pending") return err(neverSettles("the module's top-level await"));
    if ("thrown" in module) return err(this.#fault(module.thrown, thrown));
    const input = exports.new_string(context, putText(this.#engine, inputJson).at);
    const returned = this.#settle(this.#call(run, module.value, input));
    if (returned === "pending") return err(neverSettles("the promise the function returned"));
    if ("thrown" in returned) return err(this.#fault(returned.thrown, thrown));
    return this.#render(returned.value);
  }

  /** Runs every job, those that come of them included, then looks at what became of the value. */
  #settle(value: Pointer): Settled {
    const { exports } = this.#engine;
    const { runtime, context, args } = this.#places;
    const problem = exports.resolve_exception(context, value);
    if (problem !== 0) return { thrown: problem };
    exports.execute_pending_jobs(runtime, ALL_JOBS, args);
    const state = exports.promise_state(context, value);
    if (state === PROMISE.pending) return "pending";
    if (state === PROMISE.rejected) return { thrown: exports.promise_result(context, value) };
    return { value: state === PROMISE.fulfilled ? exports.promise_result(context, value) : value };
  }

  #render(value: Pointer): Result<JsonValue, Fault> {
    const { exports } = this.#engine;
    const { context, render } = this.#places;
    const rendered = this.#inResult(() => this.#call(render, value));
    const problem = exports.resolve_exception(context, rendered);
    if (problem !== 0) return err(this.#fault(problem, invalidResult));
    const json = this.#take(rendered);
    if (json === null) return err(tooLarge(MAX_RESULT_BYTES));
    const read = readJson(json);
    return read.ok ? read : err(flawed(read.error));
  }

  /** Where the stack gives out over a result, it is the result that is too deep. */
  #inResult<T>(work: () => T): T {
    try {
      return work();
    } catch (torn) {
      throw isStackSpent(torn, this.#engine) ? new ResultTooDeep() : torn;
    }
  }

  #call(fn: Pointer, ...values: Pointer[]): Pointer {
    const { exports, bytes } = this.#engine;
    const { context, undefined: self, args } = this.#places;
    const words = new DataView(bytes.buffer);
    for (const [index, value] of values.entries()) words.setUint32(args + 4 * index, value, true);
    return exports.call(context, fn, self, values.length, args);
  }

  /** What is said of something that was thrown. */
  #fault(problem: Pointer, say: (described: string, memoryBytes: number) => Fault): Fault {
    const described = this.#take(this.#call(this.#places.describe, problem)) ?? "{}";
    return described === "~" ? noFunction() : say(described, this.#memoryBytes);
  }

  /** A text out of the interpreter, and what carrying it costs; null when it is longer than it may be. */
  #take(value: Pointer): string | null {
    const text = textOf(this.#engine, this.#places.context, value, MAX_RESULT_BYTES);
    this.#engine.tank.take(UNITS_PER_BYTE * BigInt(text?.length ?? 0));
    return text;
  }
}

const ALL_JOBS = -1;
