import type { JsonValue } from "../../../../contracts/json/json.ts";
import { carried } from "../../call/asker.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import { gateSources } from "../../plan/model/gate-sources.ts";
import type { PlanStep, Source, StepId } from "../../plan/model/plan.ts";
import { cacheUse, probedValues } from "../reduce/boundary.ts";
import type { Intent } from "../model/event.ts";
import type { Instant, RunState, StepState } from "../model/state.ts";
import { asksElsewhere, checkOf } from "./undecided.ts";
import { MAX_CHAR_BYTES, utf8Bytes } from "../model/utf8.ts";
import { isRef, type StoredValue } from "../model/value.ts";
import { sourceId, type SourceId, type WorkItem, type WorkItemStep } from "./work-item.ts";

/** A message carries at most this much JSON in values (queues bill per 64 KB); larger work items ask their ring for them. */
const MESSAGE_VALUE_BYTES = 48 * 1024;
const REF_BYTES = 200;
/** A character of a text takes at most so many bytes in JSON, as a control character does. */
const MAX_ESCAPED_BYTES = 6;

/** The work of a dispatch: `whole` with all its values, otherwise only when they are small enough for a message. */
export function workItemOf(
  state: RunState,
  dispatch: Extract<Intent, { type: "dispatch" }>,
  size: "message" | "whole" = "message",
): WorkItem {
  const values = valuesFor(state, dispatch.steps);
  const { priority = 0 } = state.plan.policy;
  const since = waitingSince(state, dispatch);
  return {
    runId: state.header.id,
    tenant: state.header.tenant,
    correlationId: state.header.correlationId,
    ...carried(state.header),
    segment: dispatch.segment,
    token: dispatch.token,
    epoch: dispatch.epoch,
    expiresAt: dispatch.expiresAt,
    steps: dispatch.steps.map((id) => itemStep(state, id, dispatch.segment)),
    values: size === "whole" || fitsMessage(values) ? values : null,
    ...cacheUse(state, dispatch.steps),
    ...(priority === 0 ? {} : { priority }),
    ...(since === null ? {} : { since }),
  };
}

/** When the oldest of the open attempts was first dispatched; null before it is. */
function waitingSince(state: RunState, { segment, steps }: Extract<Intent, { type: "dispatch" }>): Instant | null {
  const own = state.segments.get(segment)?.steps.filter(({ id }) => steps.includes(id)) ?? [];
  const moments = own.flatMap(({ attempts }) => attempts.at(-1)?.dispatchedAt ?? []);
  return moments.length === 0 ? null : Math.min(...moments);
}

/** Every value the steps need from outside themselves. */
export function valuesFor(state: RunState, steps: readonly StepId[]): Readonly<Record<SourceId, StoredValue>> {
  const inside = new Set(steps);
  const index = planIndex(state.plan);
  const values: Record<SourceId, StoredValue> = {};
  const note = (source: Source): void => {
    if (source.step !== null && inside.has(source.step)) return;
    const value = valueOf(state, source);
    if (value) values[sourceId(source)] = value;
  };
  for (const id of steps) {
    const planned = index.stepById.get(id);
    if (!planned) continue;
    for (const source of Object.values(planned.inputs)) note(source);
    if (planned.when && isAskedElsewhere(state, planned)) for (const source of gateSources(planned.when)) note(source);
    const arrived = planned.wait && stepOf(state, id)?.arrived;
    if (arrived) values[sourceId(outputSource(planned))] = arrived;
  }
  return { ...values, ...probedValues(state, steps) };
}

/** A settled step's output, or undefined. */
export function outputOf(state: RunState, step: StepId, key: string): StoredValue | undefined {
  const outcome = stepOf(state, step)?.outcome;
  return outcome?.ok ? outcome.outputs[key] : undefined;
}

const stepOf = (state: RunState, step: StepId): StepState | undefined =>
  state.segments.get(planIndex(state.plan).segmentOf.get(step) ?? "")?.steps.find(({ id }) => id === step);

const valueOf = (state: RunState, { step, key }: Source): StoredValue | undefined =>
  step === null ? state.given[key] : outputOf(state, step, key);

const isAskedElsewhere = (state: RunState, planned: PlanStep): boolean =>
  asksElsewhere(planned, (source) => valueOf(state, source));

/** The one value of a wait. */
const outputSource = ({ id, outputs }: PlanStep): Source => ({ step: id, key: outputs[0] ?? "" });

function itemStep(state: RunState, id: StepId, segment: string): WorkItemStep {
  const planned = planIndex(state.plan).stepById.get(id);
  if (!planned) throw new RangeError(`no step ${id} in the plan of run ${state.header.id}`);
  const own = state.segments.get(segment)?.steps.find((step) => step.id === id);
  const check = own && checkOf(planned, own, (source) => valueOf(state, source));
  return {
    id,
    node: planned.node,
    version: planned.version,
    inputs: planned.inputs,
    timeoutMs: planned.timeoutMs,
    cacheTtlMs: planned.cacheTtlMs,
    attempt: own?.attempts.length ?? 1,
    ...(planned.limits === undefined || check !== undefined ? {} : { limits: planned.limits }),
    ...(planned.pool === undefined ? {} : { pool: planned.pool }),
    ...(planned.when && check !== "output" && isAskedElsewhere(state, planned) ? { when: planned.when } : {}),
    ...(check === undefined ? {} : { check }),
  };
}

function fitsMessage(values: Readonly<Record<SourceId, StoredValue>>): boolean {
  const stored = Object.values(values);
  const within = (bytesOf: (value: JsonValue) => number): boolean =>
    stored.reduce((sum, value) => sum + (isRef(value) ? REF_BYTES : bytesOf(value.v)), 0) <= MESSAGE_VALUE_BYTES;
  return within(mostBytes) || within((value) => utf8Bytes(JSON.stringify(value)));
}

/** Never fewer than the value's JSON takes, and cheap to tell. */
const mostBytes = (value: JsonValue): number =>
  typeof value === "string" ? value.length * MAX_ESCAPED_BYTES + 2 : JSON.stringify(value).length * MAX_CHAR_BYTES;
