import { encodeRun } from "../../../src/core/run/codec.ts";
import {
  TERMINAL_RUN,
  TERMINAL_STEP,
  type RunId,
  type RunState,
  type SegmentState,
  type StepState,
} from "../../../src/core/run/state.ts";
import { planIndex } from "../../../src/core/plan/plan-index.ts";
import { RingRuns } from "../../../src/infra/host/ring-runs.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import type { Execution, ExecutionLog } from "../execution-log.ts";
import type { StorageWitness } from "../ring-storage.ts";
import type { Findings } from "./findings.ts";

interface Watched {
  readonly ring: number;
  state: RunState;
  /** Every token its segments were ever leased under. */
  readonly tokens: Set<string>;
  /** Executions that failed and were committed, by step. */
  readonly failures: Map<string, Set<Execution>>;
  gone: boolean;
}

/** Reads every run as it becomes durable, from storage alone, and compares it with what it was before. */
export class CommitAudit implements StorageWitness {
  /** Every run that ever reached a ring. */
  readonly runs = new Map<RunId, Watched>();
  /** Every owner a ring ever stored something under. */
  readonly owners = new Map<number, Set<string>>();
  readonly #findings: Findings;
  readonly #executions: ExecutionLog;

  constructor(findings: Findings, executions: ExecutionLog) {
    this.#findings = findings;
    this.#executions = executions;
  }

  committed(ring: { readonly number: number; readonly store: RingStore }, owners: ReadonlySet<string>): void {
    const known = this.owners.get(ring.number) ?? new Set<string>();
    this.owners.set(ring.number, known);
    for (const owner of owners) {
      known.add(owner);
      if (!owner.startsWith("~")) this.#run(ring.number, owner, new RingRuns(ring.store).load(owner));
    }
  }

  /** The token a segment is leased under, as stored; null when it is not leased or the run has left. */
  leaseOf(run: RunId, segment: string): string | null {
    const watched = this.runs.get(run);
    return (watched && !watched.gone && watched.state.segments.get(segment)?.lease?.token) || null;
  }

  #run(ring: number, id: RunId, state: RunState | null): void {
    const known = this.runs.get(id);
    if (!state) {
      if (known) known.gone = true;
      return;
    }
    if (!known) {
      const begun: Watched = { ring, state, tokens: new Set(), failures: new Map(), gone: false };
      this.runs.set(id, begun);
      return this.#compare(begun, null, state);
    }
    if (known.gone) {
      known.gone = false;
      return this.#findings.add("once", `run ${id} began again after it had left its ring`);
    }
    const before = known.state;
    known.state = state;
    this.#compare(known, before, state);
  }

  #compare(watched: Watched, before: RunState | null, state: RunState): void {
    const { id, status } = state.header;
    if (before && TERMINAL_RUN.has(before.header.status)) {
      if (encodeRun(before) !== encodeRun(state)) this.#findings.add("final", `run ${id} changed after its end`);
      return;
    }
    for (const segment of state.segments.values())
      this.#segment(watched, before?.segments.get(segment.id), segment, state);
    if (!TERMINAL_RUN.has(status)) return;
    for (const { id: segment, lease, dueAt, steps } of state.segments.values()) {
      if (lease !== null || dueAt !== null)
        this.#findings.add("released", `segment ${segment} of run ${id}, ${status}`);
      const open = steps.find((step) => !TERMINAL_STEP.has(step.status));
      if (open) this.#findings.add("ends", `run ${id} is ${status} while step ${open.id} is ${open.status}`);
    }
  }

  #segment(watched: Watched, before: SegmentState | undefined, after: SegmentState, state: RunState): void {
    const place = `segment ${after.id} of run ${state.header.id}`;
    if (before && after.epoch < before.epoch)
      this.#findings.add("epochs", `${place}: ${before.epoch} → ${after.epoch}`);
    const token = after.lease?.token;
    if (token !== undefined && token !== before?.lease?.token) {
      if (watched.tokens.has(token)) this.#findings.add("epochs", `${place}: token ${token} was given before`);
      watched.tokens.add(token);
    }
    for (const step of after.steps) {
      const earlier = before?.steps.find(({ id }) => id === step.id);
      if (earlier && JSON.stringify(earlier) === JSON.stringify(step)) continue;
      this.#step(watched, before, step, earlier, state);
    }
  }

  /** Whatever an execution has just said was said under the lease that was stored until now. */
  #step(
    watched: Watched,
    segment: SegmentState | undefined,
    step: StepState,
    earlier: StepState | undefined,
    state: RunState,
  ): void {
    // A repeated run begins with outcomes it has not come to itself.
    if (step.attempts.length === 0) return;
    const spoke = earlier ? this.#executions.speaking(earlier) : new Set<Execution>();
    for (const execution of this.#executions.speaking(step)) {
      if (spoke.has(execution)) continue;
      const { number, token, late } = execution;
      const place = `execution ${number} of step ${step.id}, run ${state.header.id}`;
      const held = segment?.lease?.token ?? null;
      if (execution.runId !== state.header.id || execution.stepId !== step.id || token !== held)
        this.#findings.add(
          "fenced",
          `${place}: made under ${token ?? "no lease"}, committed under ${held ?? "no lease"}`,
        );
      if (late) this.#findings.add("inTime", place);
      if (step.outcome?.ok !== true) this.#countFailure(watched, step, execution, state);
    }
  }

  #countFailure(watched: Watched, step: StepState, execution: Execution, state: RunState): void {
    const failures = watched.failures.get(step.id) ?? new Set();
    watched.failures.set(step.id, failures.add(execution));
    const allowed = 1 + (planIndex(state.plan).stepById.get(step.id)?.retry.maxRetries ?? 0);
    if (failures.size > allowed)
      this.#findings.add(
        "bounded",
        `step ${step.id} of run ${state.header.id} failed ${failures.size} times, ${allowed} allowed`,
      );
  }
}
