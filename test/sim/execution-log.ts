import type { JsonValue } from "../../contracts/json/json.ts";
import { textHash } from "../../src/core/run/model/hash.ts";
import type { StepState } from "../../src/core/run/model/state.ts";
import { INLINE_VALUE_BYTES, isRef } from "../../src/core/run/model/value.ts";
import type { WorkItem } from "../../src/core/run/dispatch/work-item.ts";
import type { NodeCall } from "../../src/spi/handler.ts";

/** One time a node's code ran, whatever became of it. */
export interface Execution {
  readonly number: number;
  readonly runId: string;
  readonly stepId: string;
  readonly segment: string;
  /**
   * The lease it ran under; none for what the gateway ran before the run had a ring. An attempt that had to wait for a
   * limit goes out under several, and which of them it ran under cannot be told.
   */
  readonly tokens: ReadonlySet<string>;
  /** The work had been delivered only after its lease was over, by the executor's own clock. */
  readonly late: boolean;
}

interface Handed {
  readonly segment: string;
  readonly tokens: ReadonlySet<string>;
  readonly late: boolean;
}

const NONE: ReadonlySet<string> = new Set();

/**
 * The side log no component can see or change: who ran what under which lease. Every effect's output and every failure
 * carries the number of its execution, so a committed outcome can be traced to the lease it was made under.
 */
export class ExecutionLog {
  readonly #executions: Execution[] = [];
  readonly #handed = new Map<string, Handed>();
  readonly #large = new Map<string, number>();

  get size(): number {
    return this.#executions.length;
  }

  /** A work item reaches an executor whose clock says `now`. */
  delivered(item: WorkItem, now: number): void {
    for (const { id, attempt } of item.steps) {
      const key = keyOf(item.runId, id, attempt);
      const known = this.#handed.get(key);
      const late = item.expiresAt <= now && (known?.late ?? true);
      const tokens = known?.tokens.has(item.token) ? known.tokens : new Set([...(known?.tokens ?? []), item.token]);
      this.#handed.set(key, { segment: item.segment, tokens, late });
    }
  }

  /** Called with every execution that begins. */
  onBegin: ((execution: Execution, call: NodeCall) => void) | null = null;

  begun(call: NodeCall): Execution {
    const { runId, stepId, attempt } = call;
    const handed = this.#handed.get(keyOf(runId, stepId, attempt));
    const execution: Execution = {
      number: this.#executions.length,
      runId,
      stepId,
      segment: handed?.segment ?? "",
      tokens: handed?.tokens ?? NONE,
      late: handed?.late ?? false,
    };
    this.#executions.push(execution);
    this.onBegin?.(execution, call);
    return execution;
  }

  /** An effect's output: the execution's number, and filler to the wanted size. */
  output(execution: Execution, chars: number): string {
    const text = `x${execution.number}:`.padEnd(chars, "·");
    if (chars * 2 > INLINE_VALUE_BYTES) this.#large.set(textHash(JSON.stringify(text)), execution.number);
    return text;
  }

  /** Every execution that speaks from a step's record, through its outputs or its failures. */
  speaking(step: StepState): ReadonlySet<Execution> {
    const numbers = new Set<number>();
    for (const { fault } of step.attempts) note(numbers, fault?.details);
    if (step.outcome?.ok === false) note(numbers, step.outcome.fault.details);
    for (const value of step.outcome?.ok ? Object.values(step.outcome.outputs) : []) {
      const number = isRef(value) ? this.#large.get(value.ref.sha256) : numberIn(value.v);
      if (number !== undefined) numbers.add(number);
    }
    return new Set([...numbers].flatMap((number) => this.#executions[number] ?? []));
  }
}

const keyOf = (runId: string, stepId: string, attempt: number): string => `${runId} ${stepId} ${attempt}`;

function numberIn(value: JsonValue): number | undefined {
  const match = typeof value === "string" ? /^x(\d+):/.exec(value) : null;
  return match ? Number(match[1]) : undefined;
}

function note(numbers: Set<number>, details: JsonValue | undefined): void {
  if (typeof details !== "object" || details === null || Array.isArray(details)) return;
  const { execution } = details as { readonly execution?: JsonValue };
  if (typeof execution === "number") numbers.add(execution);
}
