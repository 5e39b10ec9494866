import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

/** A fact of the ended run that a reference may name. */
export const RUN_FACTS = ["id", "status", "operation", "correlation_id", "finished_at"] as const;
export type RunFact = (typeof RUN_FACTS)[number];

/** What a value of a chained envelope stands for. */
export type Reference =
  | { readonly kind: "literal"; readonly value: JsonValue }
  /** `result`: every result there is, as an object by contract key. */
  | { readonly kind: "results" }
  /** `result.<key>` */
  | { readonly kind: "result"; readonly key: string }
  /** `given.<key>` */
  | { readonly kind: "given"; readonly key: string }
  /** `run.<fact>` */
  | { readonly kind: "run"; readonly fact: RunFact }
  /** `error`, `error.code`, `error.message`: null when the run did not fail. */
  | { readonly kind: "error"; readonly part: "code" | "message" | null };

const GRAMMAR =
  `use result.<contract key>, result, given.<contract key>, error, error.code, error.message, ` +
  `or one of ${RUN_FACTS.map((fact) => `run.${fact}`).join(", ")}`;

/**
 * Reads one value of `given` or `input`. Total: `{"$from": text}` with nothing beside it is a reference,
 * `{"$literal": value}` is its value whatever that looks like, everything else is itself. Nothing deeper than the value
 * itself is looked at.
 */
export function readReference(value: JsonValue, place: string): Result<Reference, Fault> {
  const only = onlyMember(value);
  if (only?.name === "$literal") return ok({ kind: "literal", value: only.value });
  if (only?.name !== "$from") return ok({ kind: "literal", value });
  const found = typeof only.value === "string" ? parse(only.value) : null;
  if (found) return ok(found);
  return err(
    fault("CHAIN_INVALID_REFERENCE", `${JSON.stringify(only.value).slice(0, 200)} is no reference`, {
      place,
      hint: GRAMMAR,
    }),
  );
}

function onlyMember(value: JsonValue): { readonly name: string; readonly value: JsonValue } | null {
  if (!isObject(value)) return null;
  const [first, ...rest] = Object.entries(value);
  return first && rest.length === 0 ? { name: first[0], value: first[1] } : null;
}

function parse(text: string): Reference | null {
  if (text === "result") return { kind: "results" };
  if (text === "error") return { kind: "error", part: null };
  const dot = text.indexOf(".");
  const rest = text.slice(dot + 1);
  if (dot < 0 || rest === "") return null;
  switch (text.slice(0, dot)) {
    case "result":
      return { kind: "result", key: rest };
    case "given":
      return { kind: "given", key: rest };
    case "error":
      return rest === "code" || rest === "message" ? { kind: "error", part: rest } : null;
    case "run": {
      const fact = RUN_FACTS.find((known) => known === rest);
      return fact === undefined ? null : { kind: "run", fact };
    }
    default:
      return null;
  }
}
