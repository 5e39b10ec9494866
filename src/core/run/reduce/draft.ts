import type { Fault } from "../../errors.ts";
import type { SegmentId, Source, StepId } from "../../plan/model/plan.ts";
import { planIndex, type PlanIndex } from "../../plan/model/plan-index.ts";
import { activityAfter } from "../dispatch/activity.ts";
import type { Intent, Transition } from "../model/event.ts";
import {
  TERMINAL_STEP,
  type Activity,
  type Instant,
  type RunHeader,
  type RunState,
  type SegmentState,
  type StepState,
} from "../model/state.ts";
import type { StoredValue } from "../model/value.ts";

/**
 * The working copy of one decision: reads through to the state, remembers what changed, and becomes a Transition. Lives
 * for one call of `reduce` and never leaves it.
 */
export class Draft {
  readonly state: RunState;
  readonly now: Instant;
  readonly index: PlanIndex;
  readonly intents: Intent[] = [];
  /** Waits that cannot be: they end with the decision that began them. */
  readonly refused: { readonly step: StepId; readonly fault: Fault }[] = [];
  openSteps: number;
  #activity: Activity;
  #header: RunHeader;
  #nextSeq: number;
  readonly #changed = new Map<SegmentId, SegmentState>();
  /** Whether `state` has another plan than the stored run: then everything has changed. */
  readonly planChanged: boolean;

  constructor(state: RunState, now: Instant, planChanged = false) {
    this.state = state;
    this.now = now;
    this.planChanged = planChanged;
    this.index = planIndex(state.plan);
    this.openSteps = state.openSteps;
    this.#activity = state.activity;
    this.#header = state.header;
    this.#nextSeq = state.nextSeq;
  }

  get header(): RunHeader {
    return this.#header;
  }

  /** What the segments are busy with. */
  get activity(): Activity {
    return this.#activity;
  }

  /** Whether nothing new may be dispatched: the run is paused, or waits for another plan. */
  get isHeld(): boolean {
    return this.#header.status === "paused" || this.#header.replanning !== undefined;
  }

  /** The run no longer waits for another plan. */
  endReplanning(): void {
    const { replanning, ...header } = this.#header;
    if (replanning) this.#header = header;
  }

  updateHeader(change: Partial<RunHeader>): void {
    this.#header = { ...this.#header, ...change };
  }

  takeSeq(): number {
    return this.#nextSeq++;
  }

  segment(id: SegmentId): SegmentState {
    const found = this.#changed.get(id) ?? this.state.segments.get(id);
    if (!found) throw new RangeError(`no segment ${id} in run ${this.state.header.id}`);
    return found;
  }

  segmentOf(step: StepId): SegmentState {
    return this.segment(this.index.segmentOf.get(step) ?? "");
  }

  step(id: StepId): StepState {
    const found = this.segmentOf(id).steps.find((step) => step.id === id);
    if (!found) throw new RangeError(`no step ${id} in run ${this.state.header.id}`);
    return found;
  }

  putSegment(segment: SegmentState): void {
    this.#activity = activityAfter(this.#activity, this.segment(segment.id), segment);
    this.#changed.set(segment.id, segment);
  }

  /** A given value or a settled step's output, or undefined. */
  value({ step, key }: Source): StoredValue | undefined {
    if (step === null) return this.state.given[key];
    const { outcome } = this.step(step);
    return outcome?.ok ? outcome.outputs[key] : undefined;
  }

  /** Replaces a step, keeping count of the open ones. */
  putStep(next: StepState): void {
    const segment = this.segmentOf(next.id);
    this.putSegment({
      ...segment,
      steps: segment.steps.map((step) => (step.id === next.id ? this.#count(step, next) : step)),
    });
  }

  /** The step began to wait for what cannot be waited for. */
  refuse(step: StepId, fault: Fault): void {
    this.refused.push({ step, fault });
  }

  fail(fault: Fault): void {
    if (this.#header.fault === null) this.updateHeader({ fault });
  }

  finish(): Transition {
    const { plan, segments, replaced = [] } = this.state;
    return {
      header: this.#header === this.state.header && !this.planChanged ? null : this.#header,
      segments: this.planChanged ? [...segments.keys()].map((id) => this.segment(id)) : [...this.#changed.values()],
      ...(this.planChanged ? { plan, replaced } : {}),
      openSteps: this.openSteps,
      nextSeq: this.#nextSeq,
      activity: this.#activity,
      intents: this.intents,
    };
  }

  #count(before: StepState, after: StepState): StepState {
    if (!TERMINAL_STEP.has(before.status) && TERMINAL_STEP.has(after.status)) this.openSteps--;
    return after;
  }
}
