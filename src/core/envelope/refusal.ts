import { isList, memberAt } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { membersAt, type AnySchema } from "../../../contracts/json/members.ts";
import { fault, type ErrorCode, type Fault } from "../errors.ts";
import { meantMember } from "./meant-member.ts";

/** Something a schema found: where, and what is wrong there. The shape zod's issues have. */
export interface Issue {
  readonly path: Path;
  readonly message: string;
  /** Members of the object at the place that it may not have. */
  readonly keys?: readonly string[];
}

type Path = readonly PropertyKey[];

/** The most unknown members of one object that are named, and the most known ones a hint names. */
const MOST_NAMED = 20;

/** A JSON path: `$`, `$.payload.want[0]`, `$["document.text"]`. */
export function jsonPath(path: Path): string {
  let text = "$";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)) text += `.${key}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

/**
 * One fault an issue, in order, and one for each member that nobody knows. The message names the place too, so that it
 * can be read alone. `schema` is what found the issues: it knows which members there are. `at` is where its value stands
 * within what the sender wrote.
 */
export const faultsOfIssues = (
  code: ErrorCode,
  issues: readonly Issue[],
  { schema, at = [] }: { readonly schema?: AnySchema; readonly at?: Path } = {},
): readonly Fault[] =>
  issues.flatMap(({ path, message, keys }) =>
    keys === undefined
      ? [placed(code, [...at, ...path], message)]
      : unknownMembers(code, [...at, ...path], keys, schema ? membersAt(schema, path) : []),
  );

/** Members nobody knows, each at its own place; the hint names the one that was meant, or those there are. */
export const unknownMembers = (
  code: ErrorCode,
  at: Path,
  keys: readonly string[],
  known: readonly string[],
): readonly Fault[] =>
  keys.slice(0, MOST_NAMED).map((key) => placed(code, [...at, key], "not known here", hintFor(key, known)));

function hintFor(key: string, known: readonly string[]): string | undefined {
  const meant = meantMember(key, known);
  if (meant !== null) return `did you mean '${meant}'?`;
  return known.length === 0 ? undefined : `known are ${known.slice(0, MOST_NAMED).join(", ")}`;
}

function placed(code: ErrorCode, path: Path, message: string, hint?: string): Fault {
  const place = jsonPath(path);
  const text = path.length === 0 ? message : `${place.replace(/^\$\.?/, "")}: ${message}`;
  return fault(code, text, { place, ...(hint === undefined ? {} : { hint }) });
}

/**
 * Many faults as one. A single fault stays itself; several become one that says how many, is coded as the first, and
 * carries all of them in `details.errors`, where an HTTP problem finds its `errors`. An empty list is a RUNTIME_ERROR:
 * whoever refuses has a reason.
 */
export function refusal(subject: string, faults: readonly Fault[]): Fault {
  const [first] = faults;
  if (!first) return fault("RUNTIME_ERROR", `${subject} was refused without a reason`);
  if (faults.length === 1) return first;
  return fault(first.code, `${subject} has ${faults.length} problems; the first: ${first.message}`, {
    ...(first.place === undefined ? {} : { place: first.place }),
    ...(first.hint === undefined ? {} : { hint: first.hint }),
    details: { errors: faults.map(entryOf) },
  });
}

/** A fault as an entry of a problem's `errors`. */
export const entryOf = (problem: Fault): JsonObject => ({
  code: problem.code,
  detail: problem.message,
  ...(problem.place === undefined ? {} : { place: problem.place }),
  ...(problem.hint === undefined ? {} : { hint: problem.hint }),
});

/** The entries a refusal of many faults carries, or null for any other details. */
export function entriesIn(details: JsonValue | undefined): readonly JsonValue[] | null {
  const errors = memberAt(details, "errors");
  return isList(errors) ? errors : null;
}
