import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import { err, type Result } from "../../core/result.ts";

/** A refusal of a payload as one of the file that holds nothing else: `$.payload.want` is its `$.want`. */
export function outOfEnvelope(fault: Fault): Result<never, Fault> {
  const { place, details } = fault;
  return err({
    ...fault,
    message: outside(fault.message),
    ...(place === undefined ? {} : { place: outside(place) }),
    ...(details === undefined ? {} : { details: moved(details) }),
  });
}

const outside = (text: string): string =>
  text
    .replaceAll("$.payload", "$")
    .replace(/(^|: )payload: /, "$1")
    .replace(/(^|: )payload\./, "$1");

function moved(details: JsonValue): JsonValue {
  const object = typeof details === "object" && details !== null && !Array.isArray(details) ? details : null;
  const { errors, ...rest } = (object ?? {}) as Readonly<Record<string, JsonValue>>;
  if (!Array.isArray(errors)) return details;
  const entries = (errors as readonly Readonly<Record<string, JsonValue>>[]).map((entry) =>
    Object.fromEntries(
      Object.entries(entry).map(([name, value]) => [name, typeof value === "string" ? outside(value) : value]),
    ),
  );
  return { ...rest, errors: entries };
}
