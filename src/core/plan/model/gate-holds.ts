import { isList, memberAt } from "../../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import type { Gate, GateOperand, GateTest } from "./gate.ts";
import type { Source } from "./plan.ts";

/**
 * Whether a condition holds. `valueOf` gives the value of an earlier output, or undefined when there is none, which only
 * `ne` and `not` take for an answer. Values of different types are never less, greater or equal.
 */
export function gateHolds(gate: Gate, valueOf: (source: Source) => JsonValue | undefined): boolean {
  if ("test" in gate) return testHolds(gate.test, valueAt(valueOf(gate.test.value), gate.test.path));
  if ("not" in gate) return !gateHolds(gate.not, valueOf);
  return "all" in gate
    ? gate.all.every((part) => gateHolds(part, valueOf))
    : gate.any.some((part) => gateHolds(part, valueOf));
}

function testHolds({ op, than }: GateTest, value: JsonValue | undefined): boolean {
  switch (op) {
    case "exists":
      return value !== undefined && value !== null;
    case "eq":
      return same(value, than);
    case "ne":
      return !same(value, than);
    case "lt":
      return compare(value, than, (order) => order < 0);
    case "lte":
      return compare(value, than, (order) => order <= 0);
    case "gt":
      return compare(value, than, (order) => order > 0);
    case "gte":
      return compare(value, than, (order) => order >= 0);
    case "in":
      return Array.isArray(than) && than.some((item: GateOperand) => same(value, item));
    case "contains":
      return contains(value, than);
  }
}

function same(value: JsonValue | undefined, than: GateOperand): boolean {
  if (!isList(than)) return value === than;
  return isList(value) && value.length === than.length && than.every((item, i) => value[i] === item);
}

function compare(value: JsonValue | undefined, than: GateOperand, verdict: (order: number) => boolean): boolean {
  if (typeof value === "number" && typeof than === "number") return verdict(value - than);
  if (typeof value === "string" && typeof than === "string") return verdict(value < than ? -1 : value > than ? 1 : 0);
  return false;
}

function contains(value: JsonValue | undefined, than: GateOperand): boolean {
  if (typeof value === "string") return typeof than === "string" && value.includes(than);
  return Array.isArray(value) && value.some((item) => item === than);
}

/** The names a JSON Pointer (RFC 6901) goes along. */
export const pointerParts = (path: string): readonly string[] =>
  path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));

/** Follows a JSON Pointer; own properties and existing items only. */
export const valueAt = (value: JsonValue | undefined, path: string): JsonValue | undefined =>
  pointerParts(path).reduce(memberAt, value);
