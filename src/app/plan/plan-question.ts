import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";

/**
 * A request to plan as a text, with the names of its values in the place of the values: requests with one text have one
 * plan. Null for the rare request that has no exact text, or is nested too deep to be written.
 */
export function planQuestion(
  operation: string,
  field: "given" | "input",
  payload: JsonObject,
  targetNode: string | null,
): string | null {
  const values = payload[field];
  const asked = isObject(values)
    ? [operation, targetNode ?? false, Object.keys(values), { ...payload, [field]: true }]
    : [operation, targetNode ?? false, payload];
  try {
    const text = JSON.stringify(asked);
    return text.includes("null") && hasInfinity(asked) ? null : text;
  } catch {
    // JSON is read to any depth, but written only as deep as the stack is. Whoever reads the payload says what is wrong.
    return null;
  }
}

/** JSON reads 1e999 as infinity and writes infinity as null, which a planner takes for something else. */
function hasInfinity(asked: unknown): boolean {
  let found = false;
  JSON.stringify(asked, (_, value: unknown) => {
    found ||= typeof value === "number" && !Number.isFinite(value);
    return value;
  });
  return found;
}
