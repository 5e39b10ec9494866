import type { JsonValue } from "../../../contracts/json/json.ts";
import { memberAt } from "../../../contracts/json/narrow.ts";
/** One step into a JSON value: a member's name or an item's index. */
export type PathStep = string | number;

const PLAIN = /^[A-Za-z_$][A-Za-z0-9_]*$/;

/** Writes a path the way people read it: `$.input_contract["document.text"].items[0]`. */
export function jsonPath(steps: readonly PathStep[], root = "$"): string {
  let path = root;
  for (const step of steps) {
    if (typeof step === "number") path += `[${step}]`;
    else path += PLAIN.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  return path;
}

/** The steps of a JSON pointer (RFC 6901), with or without `#` and percent-encoding; null when it is not one. */
export function pointerSteps(pointer: string): readonly string[] | null {
  const text = pointer.startsWith("#") ? pointer.slice(1) : pointer;
  if (text === "") return [];
  if (!text.startsWith("/")) return null;
  const steps: string[] = [];
  for (const part of text.slice(1).split("/")) {
    const decoded = percentDecoded(part);
    if (decoded === null) return null;
    steps.push(decoded.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return steps;
}

function percentDecoded(part: string): string | null {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/** Writes steps as the pointer of a local reference: `#/properties/document.text`. */
export const pointerTo = (steps: readonly string[]): string =>
  `#${steps.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")}`;

/** The value a path leads to, or undefined. Only own members count. */
export const valueAt = (root: JsonValue, steps: readonly string[]): JsonValue | undefined =>
  steps.reduce<JsonValue | undefined>(memberAt, root);
