import { isList, isObject } from "../../../contracts/json/narrow.ts";
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
  if (!isObject(details)) return details;
  const { errors, ...rest } = details;
  if (!isList(errors)) return details;
  const entries = errors
    .filter((entry) => isObject(entry))
    .map((entry) =>
      Object.fromEntries(
        Object.entries(entry).map(([name, value]) => [name, typeof value === "string" ? outside(value) : value]),
      ),
    );
  return { ...rest, errors: entries };
}
