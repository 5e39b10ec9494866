import type { JsonValue } from "../../../../contracts/json/json.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import type { StepId } from "../../plan/model/plan.ts";
import { cacheUse, probedValues } from "../reduce/boundary.ts";
import type { Intent } from "../model/event.ts";
import type { Instant, RunState } from "../model/state.ts";
import { MAX_CHAR_BYTES, utf8Bytes } from "../model/utf8.ts";
import { isRef, type StoredValue } from "../model/value.ts";
import { sourceId, type SourceId, type Work, type WorkStep } from "./work.ts";

/** A message carries at most this much JSON in values (queues bill per 64 KB); larger works ask their ring for them. */
const MESSAGE_VALUE_BYTES = 48 * 1024;
const REF_BYTES = 200;
/** A character of a text takes at most so many bytes in JSON, as a control character does. */
const MAX_ESCAPED_BYTES = 6;

/** The work of a dispatch: `whole` with all its values, otherwise only when they are small enough for a message. */
export function workOf(
  state: RunState,
  dispatch: Extract<Intent, { type: "dispatch" }>,
  size: "message" | "whole" = "message",
): Work {
  const values = valuesFor(state, dispatch.steps);
  const { priority = 0 } = state.plan.policy;
  const since = waitingSince(state, dispatch);
  return {
    runId: state.header.id,
    tenant: state.header.tenant,
    correlationId: state.header.correlationId,
    segment: dispatch.segment,
    token: dispatch.token,
    epoch: dispatch.epoch,
    expiresAt: dispatch.expiresAt,
    steps: dispatch.steps.map((id) => workStep(state, id, dispatch.segment)),
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
  for (const id of steps) {
    for (const source of Object.values(index.stepById.get(id)?.inputs ?? {})) {
      if (source.step !== null && inside.has(source.step)) continue;
      const value = source.step === null ? state.given[source.key] : outputOf(state, source.step, source.key);
      if (value) values[sourceId(source)] = value;
    }
  }
  return { ...values, ...probedValues(state, steps) };
}

/** A settled step's output, or undefined. */
export function outputOf(state: RunState, step: StepId, key: string): StoredValue | undefined {
  const segment = state.segments.get(planIndex(state.plan).segmentOf.get(step) ?? "");
  const outcome = segment?.steps.find(({ id }) => id === step)?.outcome;
  return outcome?.ok ? outcome.outputs[key] : undefined;
}

function workStep(state: RunState, id: StepId, segment: string): WorkStep {
  const planned = planIndex(state.plan).stepById.get(id);
  if (!planned) throw new RangeError(`no step ${id} in the plan of run ${state.header.id}`);
  const attempts = state.segments.get(segment)?.steps.find((step) => step.id === id)?.attempts.length ?? 1;
  return {
    id,
    node: planned.node,
    version: planned.version,
    inputs: planned.inputs,
    timeoutMs: planned.timeoutMs,
    cacheTtlMs: planned.cacheTtlMs,
    attempt: attempts,
    ...(planned.limits === undefined ? {} : { limits: planned.limits }),
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
