import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import {
  TERMINAL_RUN,
  TERMINAL_STEP,
  type RunId,
  type RunState,
  type SegmentState,
  type StepState,
} from "../../../src/core/run/model/state.ts";
import { planIndex } from "../../../src/core/plan/model/plan-index.ts";
import { RingRuns } from "../../../src/app/ring/runs.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import type { Execution, ExecutionLog } from "../execution-log.ts";
import type { StorageWitness } from "../ring-storage.ts";
import type { Timeline } from "../timeline.ts";
import type { Findings } from "./findings.ts";

interface Watched {
  readonly ring: number;
  readonly begunAt: number;
  /** What the plan it began with is made of. */
  readonly nodes: readonly { readonly name: string; readonly version: string }[];
  /** It was taken in from a file. */
  readonly isRestored: boolean;
  state: RunState;
  /** Every token its segments were ever leased under. */
  readonly tokens: Set<string>;
  /** Executions that failed and were committed, by step. */
  readonly failures: Map<string, Set<Execution>>;
  goneAt: number | null;
}

/** Sees a run before and after each change that became durable. */
export interface ChangeWitness {
  changed(before: RunState | null, after: RunState): void;
}

export interface CommitAuditOptions {
  readonly timeline: Timeline;
  readonly keyMemoryMs: number;
  readonly witnesses: readonly ChangeWitness[];
}

/** How far two clocks may be apart, in milliseconds. */
export const SKEW_MS = 21 * 60 * 1_000;

/** Reads every run as it becomes durable, from storage alone, and compares it with what it was before. */
export class CommitAudit implements StorageWitness {
  /** Every run that ever reached a ring; of several under one id the last. */
  readonly runs = new Map<RunId, Watched>();
  /** Runs whose id another one has by now. */
  readonly earlier: Watched[] = [];
  /** Runs that somebody brings back from a file. */
  readonly invited = new Set<RunId>();
  /** Every owner a ring ever stored something under. */
  readonly owners = new Map<number, Set<string>>();
  readonly #findings: Findings;
  readonly #executions: ExecutionLog;
  readonly #options: CommitAuditOptions;

  constructor(findings: Findings, executions: ExecutionLog, options: CommitAuditOptions) {
    this.#findings = findings;
    this.#executions = executions;
    this.#options = options;
  }

  /** Every run that ever was, those whose id another one has too. */
  get all(): Iterable<Watched> {
    return [...this.earlier, ...this.runs.values()];
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
    return (watched && watched.goneAt === null && watched.state.segments.get(segment)?.lease?.token) || null;
  }

  /** Whether the run ever stored a lease with this token. */
  wasLeased(run: RunId, token: string): boolean {
    return [...this.all].some(({ state, tokens }) => state.header.id === run && tokens.has(token));
  }

  #run(ring: number, id: RunId, state: RunState | null): void {
    const { now } = this.#options.timeline;
    const known = this.runs.get(id);
    const createdAt = state?.header.createdAt;
    if (!state) {
      if (known) known.goneAt ??= now;
      return;
    }
    if (known && known.goneAt === null) {
      const before = known.state;
      known.state = state;
      return this.#compare(known, before, state);
    }
    const isRestored = known !== undefined && this.invited.has(id) && known.state.header.createdAt === createdAt;
    if (known && !isRestored && !this.#mayBegin(known, state)) {
      known.goneAt = null;
      return this.#findings.add("once", `run ${id} began again after it had left its ring`);
    }
    if (known) this.earlier.push(known);
    const begun: Watched = {
      ring,
      begunAt: now,
      nodes: state.plan.steps.map(({ node, version }) => ({ name: node, version })),
      isRestored,
      state,
      tokens: new Set(),
      failures: new Map(),
      goneAt: null,
    };
    this.runs.set(id, begun);
    // What comes from a file was not made here.
    if (!isRestored) this.#compare(begun, null, state);
  }

  /** The key of a run that has left its ring is used again, long afterwards. */
  #mayBegin({ goneAt, state: before }: Watched, { header }: RunState): boolean {
    const { timeline, keyMemoryMs } = this.#options;
    const forgotten = timeline.now - (goneAt ?? timeline.now) > keyMemoryMs - SKEW_MS;
    return forgotten && header.createdAt > before.header.createdAt && header.idempotencyKey !== null;
  }

  #compare(watched: Watched, before: RunState | null, state: RunState): void {
    const { id, status } = state.header;
    if (before && TERMINAL_RUN.has(before.header.status)) {
      if (encodeRun(before) !== encodeRun(state)) this.#findings.add("final", `run ${id} changed after its end`);
      return;
    }
    for (const witness of this.#options.witnesses) witness.changed(before, state);
    for (const segment of state.segments.values()) this.#segment(watched, before, segment, state);
    if (!TERMINAL_RUN.has(status)) return;
    for (const { id: segment, lease, dueAt, steps } of state.segments.values()) {
      if (lease !== null || dueAt !== null)
        this.#findings.add("released", `segment ${segment} of run ${id}, ${status}`);
      const open = steps.find((step) => !TERMINAL_STEP.has(step.status));
      if (open) this.#findings.add("ends", `run ${id} is ${status} while step ${open.id} is ${open.status}`);
    }
  }

  #segment(watched: Watched, previous: RunState | null, after: SegmentState, state: RunState): void {
    const before = previous?.segments.get(after.id);
    const place = `segment ${after.id} of run ${state.header.id}`;
    if (before && after.epoch < before.epoch)
      this.#findings.add("epochs", `${place}: ${before.epoch} → ${after.epoch}`);
    const token = after.lease?.token;
    if (token !== undefined && token !== before?.lease?.token) {
      if (watched.tokens.has(token)) this.#findings.add("epochs", `${place}: token ${token} was given before`);
      watched.tokens.add(token);
    }
    for (const step of after.steps) {
      // With another plan a step may go on in another segment.
      const earlier = before?.steps.find(({ id }) => id === step.id) ?? stepOf(previous, step.id);
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
      const { number, tokens, late } = execution;
      const place = `execution ${number} of step ${step.id}, run ${state.header.id}`;
      const held = segment?.lease?.token;
      const isOwn = held === undefined ? tokens.size === 0 : tokens.has(held);
      if (execution.runId !== state.header.id || execution.stepId !== step.id || !isOwn)
        this.#findings.add(
          "fenced",
          `${place}: made under ${[...tokens].join(" or ") || "no lease"}, committed under ${held ?? "no lease"}`,
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

function stepOf(state: RunState | null, id: string): StepState | undefined {
  for (const { steps } of state?.segments.values() ?? []) {
    const found = steps.find((step) => step.id === id);
    if (found) return found;
  }
  return undefined;
}
