import { isList } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../errors.ts";
import { clip } from "./clip.ts";

/** The most characters of each text of a fault: whatever it speaks of, it never repeats it at length. */
export const FAULT_TEXT = { message: 1_000, place: 500, hint: 1_000, detail: 1_000, name: 200 } as const;
/** The most parts of a fault's details, and the most levels. */
const DETAIL_PARTS = 2_000;
const DETAIL_DEPTH = 12;

/**
 * The fault in whole Unicode and of bounded length, whatever was put into it: what goes into a record, a log or an answer.
 * The same object where nothing is to be cut.
 */
export function clipFault(problem: Fault): Fault {
  const message = clip(problem.message, FAULT_TEXT.message);
  const place = problem.place === undefined ? undefined : clip(problem.place, FAULT_TEXT.place);
  const hint = problem.hint === undefined ? undefined : clip(problem.hint, FAULT_TEXT.hint);
  const details = problem.details === undefined ? undefined : clipDetails(problem.details);
  if (message === problem.message && place === problem.place && hint === problem.hint && details === problem.details) {
    return problem;
  }
  return {
    ...problem,
    message,
    ...(place === undefined ? {} : { place }),
    ...(hint === undefined ? {} : { hint }),
    ...(details === undefined ? {} : { details }),
  };
}

/** The same details with every text clipped and what is beyond the limits left out. */
function clipDetails(details: JsonValue): JsonValue {
  let left = DETAIL_PARTS;
  const clipped = (value: JsonValue, depth: number): JsonValue => {
    left--;
    if (typeof value === "string") return clip(value, FAULT_TEXT.detail);
    if (typeof value !== "object" || value === null) return value;
    if (depth === DETAIL_DEPTH) return "…";
    return isList(value) ? items(value, depth) : members(value, depth);
  };
  const items = (list: readonly JsonValue[], depth: number): JsonValue => {
    const kept: JsonValue[] = [];
    for (const item of list) {
      if (left <= 0) break;
      kept.push(clipped(item, depth + 1));
    }
    return same(list, kept) ? list : kept;
  };
  const members = (object: JsonObject, depth: number): JsonValue => {
    const kept: [string, JsonValue][] = [];
    for (const [name, value] of Object.entries(object)) {
      if (left <= 0) break;
      kept.push([clip(name, FAULT_TEXT.name), clipped(value, depth + 1)]);
    }
    const own = Object.entries(object);
    const isSame =
      own.length === kept.length && own.every(([name, value], i) => kept[i]?.[0] === name && kept[i][1] === value);
    return isSame ? object : Object.fromEntries(kept);
  };
  return clipped(details, 0);
}

const same = (a: readonly JsonValue[], b: readonly JsonValue[]): boolean =>
  a.length === b.length && a.every((item, i) => item === b[i]);
