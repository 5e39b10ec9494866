import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { jsonPath, type PathStep } from "../contract/json-path.ts";
import { LIST_KEYWORDS, MAP_KEYWORDS, SCHEMA_KEYWORDS } from "../contract/schema-keywords.ts";
import { readPattern } from "../schema/pattern/read-pattern.ts";
import type { NodeDefinition } from "./node.ts";

/** A schema within another, and the way to it. */
interface Place {
  readonly schema: JsonValue;
  readonly step: PathStep;
  readonly within: Place | null;
}

const reasons = new WeakMap<NodeDefinition, string | null>();

/**
 * Why a node cannot be used any more although it is registered: its contract has a pattern that an older release took and
 * that cannot be matched in bounded time. Null for everything that is registered today. Found out once for a definition.
 */
export function outdatedContract(node: NodeDefinition): string | null {
  const known = reasons.get(node);
  if (known !== undefined) return known;
  const { inputState, outputState } = node;
  // Hardly any contract has a pattern, and a registry may hold ten thousand: places are looked for where there is one.
  const hasPattern = mentionsPattern(inputState) || mentionsPattern(outputState);
  const reason = hasPattern
    ? (refusedPattern(inputState, "input_state") ?? refusedPattern(outputState, "output_state"))
    : null;
  reasons.set(node, reason);
  return reason;
}

/** Whether anything inside is named as patterns are, be it one or not. */
function mentionsPattern(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((item: JsonValue) => mentionsPattern(item));
  if (!isObject(value)) return false;
  for (const name in value) {
    if (name === "pattern" || name === "patternProperties") return true;
    const member = value[name];
    if (typeof member === "object" && member !== null && mentionsPattern(member)) return true;
  }
  return false;
}

function refusedPattern(state: JsonSchema, side: string): string | null {
  const open: Place[] = [{ schema: state, step: side, within: null }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (!isObject(next.schema)) continue;
    for (const [keyword, value] of Object.entries(next.schema)) {
      const here: Place = { schema: value, step: keyword, within: next };
      if (keyword === "pattern" && typeof value === "string") {
        const against = refusal(value, here);
        if (against !== null) return against;
      } else if (SCHEMA_KEYWORDS.has(keyword)) open.push(here);
      else if (LIST_KEYWORDS.has(keyword) && Array.isArray(value))
        value.forEach((schema: JsonValue, step) => open.push({ schema, step, within: here }));
      else if (MAP_KEYWORDS.has(keyword) && isObject(value))
        for (const [step, schema] of Object.entries(value)) {
          const member: Place = { schema, step, within: here };
          const against = keyword === "patternProperties" ? refusal(step, member) : null;
          if (against !== null) return against;
          open.push(member);
        }
    }
  }
  return null;
}

function refusal(pattern: string, at: Place): string | null {
  const read = readPattern(pattern);
  if (read.ok) return null;
  const path: PathStep[] = [];
  for (let place: Place | null = at; place !== null; place = place.within) path.unshift(place.step);
  return `its contract cannot be used any more: ${jsonPath(path)}: ${read.error.message}; register a version without it`;
}
