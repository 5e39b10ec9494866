import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import type { RunState } from "../run/model/state.ts";
import { isoTimeOrNull } from "../run/model/time.ts";
import type { StoredValue } from "../run/model/value.ts";
import { outputOf } from "../run/dispatch/work-item-of.ts";
import { jsonPath } from "../envelope/refusal.ts";
import { readReference, type Reference, type RunFact } from "./reference.ts";
import { VALUE_FIELDS } from "./read-chains.ts";

/** A value of a payload: itself, a stored one that must be fetched, or an object of stored ones. */
export type Resolved =
  | { readonly value: JsonValue }
  | { readonly stored: StoredValue }
  | { readonly all: Readonly<Record<string, StoredValue>> };

/** A payload on its way: everything but the values that may be references, and those, by field and key. */
export interface ResolvedPayload {
  readonly rest: JsonObject;
  readonly fields: Readonly<Record<string, Readonly<Record<string, Resolved>>>>;
}

/** Puts what an ended run came to in place of the references; CHAIN_INVALID_REFERENCE names one with nothing behind it. */
export function resolvePayload(payload: JsonObject, state: RunState): Result<ResolvedPayload, Fault> {
  const rest = Object.fromEntries(Object.entries(payload).filter(([name]) => !isValues(payload[name], name)));
  const fields: Record<string, Record<string, Resolved>> = {};
  for (const field of VALUE_FIELDS) {
    const values = payload[field];
    if (!isValues(values, field)) continue;
    const resolved: [string, Resolved][] = [];
    for (const [key, value] of Object.entries(values)) {
      const place = jsonPath(["payload", field, key]);
      const read = readReference(value, place);
      if (!read.ok) return read;
      const found = look(read.value, state);
      if (!found) return err(nothingBehind(read.value, place));
      resolved.push([key, found]);
    }
    fields[field] = Object.fromEntries(resolved);
  }
  return ok({ rest, fields });
}

const isValues = (value: JsonValue | undefined, name: string): value is JsonObject =>
  (name === "given" || name === "input") && typeof value === "object" && value !== null && !Array.isArray(value);

function look(reference: Reference, state: RunState): Resolved | null {
  switch (reference.kind) {
    case "literal":
      return { value: reference.value };
    case "results":
      return { all: Object.fromEntries(resultsOf(state)) };
    case "result": {
      const stored = resultsOf(state).get(reference.key);
      return stored ? { stored } : null;
    }
    case "given": {
      const stored = Object.hasOwn(state.given, reference.key) ? state.given[reference.key] : undefined;
      return stored ? { stored } : null;
    }
    case "run":
      return { value: factOf(reference.fact, state) };
    case "error": {
      const { fault: problem } = state.header;
      if (problem === null) return { value: null };
      if (reference.part !== null) return { value: problem[reference.part] };
      return { value: { code: problem.code, message: problem.message, place: problem.place ?? null } };
    }
  }
}

function resultsOf(state: RunState): ReadonlyMap<string, StoredValue> {
  const found = new Map<string, StoredValue>();
  for (const [key, source] of Object.entries(state.plan.results)) {
    const value = source.step === null ? state.given[source.key] : outputOf(state, source.step, source.key);
    if (value) found.set(key, value);
  }
  return found;
}

function factOf(fact: RunFact, { header }: RunState): JsonValue {
  switch (fact) {
    case "id":
      return header.id;
    case "status":
      return header.status;
    case "operation":
      return header.operation;
    case "correlation_id":
      return header.correlationId;
    case "finished_at":
      return isoTimeOrNull(header.finishedAt);
  }
}

function nothingBehind(reference: Reference, place: string): Fault {
  const what = "key" in reference ? `'${reference.key}'` : "what is referred to";
  return fault("CHAIN_INVALID_REFERENCE", `the run has no ${reference.kind} ${what}`, {
    place,
    hint: "it was not produced: refer to it in on_success, or to the error",
  });
}
