import type { JsonObject, JsonValue } from "../../../contracts/json.ts";
import { fault, type ErrorCode, type Fault } from "../errors.ts";

/** Something a schema found: where, and what is wrong there. The shape zod's issues have. */
export interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A JSON path: `$`, `$.payload.want[0]`, `$["document.text"]`. */
export function jsonPath(path: readonly PropertyKey[]): string {
  let text = "$";
  for (const key of path) {
    if (typeof key === "number") text += `[${key}]`;
    else if (typeof key === "string" && /^[A-Za-z_]\w*$/.test(key)) text += `.${key}`;
    else text += `[${JSON.stringify(String(key))}]`;
  }
  return text;
}

/** One fault an issue, in order. The message names the place too, so that it can be read alone. */
export const faultsOfIssues = (code: ErrorCode, issues: readonly Issue[]): readonly Fault[] =>
  issues.map(({ path, message }) => {
    const place = jsonPath(path);
    return fault(code, path.length === 0 ? message : `${place.replace(/^\$\.?/, "")}: ${message}`, { place });
  });

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
  if (typeof details !== "object" || details === null || Array.isArray(details)) return null;
  const { errors } = details as JsonObject;
  return Array.isArray(errors) ? (errors as readonly JsonValue[]) : null;
}
