import type { PathStep } from "../contract/json-path.ts";
import { FLAWS, type JsonFlaw } from "./flaw.ts";
import { numberFlaw } from "./number-flaw.ts";

/** What a value may be like. */
export interface ValueLimits {
  /** Levels of lists and objects. */
  readonly maxDepth: number;
  /** Values, counted wherever they are met: what is shared counts every time. */
  readonly maxValues: number;
}

/** What was seen of a value. */
export interface Inspection {
  /** The first flaw in document order; null for JSON that keeps its meaning. */
  readonly flaw: JsonFlaw | null;
  /** Members of all objects together. */
  readonly members: number;
  /** Whether a number is there that could have been written as an integer too long for a double. */
  readonly huge: boolean;
}

/**
 * Looks at every part of a value once. Total: whatever the value is, cycles included, the work is bounded by the limits.
 * Where the texts in it are known to be whole Unicode, `texts` is false and saves a look at each.
 */
export function inspect(value: unknown, limits: ValueLimits, texts = true): Inspection {
  const seen: Seen = { left: limits.maxValues, members: 0, huge: false, limits, texts };
  const found = find(value, 0, seen);
  const flaw = found && { ...found.flaw, steps: found.steps.reverse() };
  return { flaw, members: seen.members, huge: seen.huge };
}

interface Seen {
  left: number;
  members: number;
  huge: boolean;
  readonly limits: ValueLimits;
  readonly texts: boolean;
}

/** A flaw and the way to it, the last step first. */
interface Found {
  readonly flaw: Omit<JsonFlaw, "steps">;
  readonly steps: PathStep[];
}

const at = (flaw: Omit<JsonFlaw, "steps">, ...steps: PathStep[]): Found => ({ flaw, steps });

/** Recursive, but never deeper than the limit on depth. */
function find(value: unknown, depth: number, seen: Seen): Found | null {
  if (seen.left-- <= 0) return at(FLAWS.size(seen.limits.maxValues));
  switch (typeof value) {
    case "string":
      return !seen.texts || value.isWellFormed() ? null : at(FLAWS.surrogate());
    case "number":
      return findInNumber(value, seen);
    case "boolean":
      return null;
    case "object":
      if (value === null) return null;
      if (depth >= seen.limits.maxDepth) return at(FLAWS.depth(seen.limits.maxDepth));
      return Array.isArray(value) ? findInList(value, depth, seen) : findInObject(value, depth, seen);
    default:
      return at(FLAWS.kind(value === undefined ? "undefined" : `a ${typeof value}`));
  }
}

function findInNumber(value: number, seen: Seen): Found | null {
  const flaw = numberFlaw(value);
  if (flaw) return at(flaw);
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) seen.huge = true;
  return null;
}

function findInList(list: readonly unknown[], depth: number, seen: Seen): Found | null {
  for (let index = 0; index < list.length; index++) {
    const value = list[index];
    if (isPlain(value, seen)) continue;
    const found = find(value, depth + 1, seen);
    if (found) return inside(found, index);
  }
  return null;
}

function findInObject(object: object, depth: number, seen: Seen): Found | null {
  const prototype: unknown = Object.getPrototypeOf(object);
  // A plain object's prototype has none itself, in whichever realm it was made.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return at(FLAWS.kind("an object of a class"));
  const members = object as Readonly<Record<string, unknown>>;
  for (const name of Object.keys(members)) {
    seen.members++;
    if (seen.texts && !name.isWellFormed()) return at(FLAWS.surrogate(), name);
    const value = members[name];
    // JSON leaves a member without a value out.
    if (value === undefined || isPlain(value, seen)) continue;
    const found = find(value, depth + 1, seen);
    if (found) return inside(found, name);
  }
  return null;
}

/** What most values are, told without a call: this is on the way of every request. */
const isPlain = (value: unknown, seen: Seen): boolean =>
  ((typeof value === "number" && value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER) ||
    (typeof value === "string" && !seen.texts)) &&
  seen.left-- > 0;

function inside(found: Found, step: PathStep): Found {
  found.steps.push(step);
  return found;
}
