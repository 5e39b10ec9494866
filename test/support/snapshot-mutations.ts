import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import { valueHash } from "../../src/core/run/model/hash.ts";

type Step = string | number;

/** One way of damaging a file: where, how, and the damaged file, which is yet to be sealed. */
export interface Mutation {
  readonly name: string;
  readonly file: JsonObject;
}

/** What stands at a place instead; undefined for nothing. */
type Change = readonly [string, (value: JsonValue) => JsonValue | undefined];

const ANYTHING: readonly Change[] = [
  ["nothing", () => undefined],
  ["null", () => null],
  ["true", () => true],
  ["a number", () => 7],
  ["a text", () => "odd"],
  ["a list", () => [1]],
  ["an object", () => ({ odd: 1 })],
];
const TEXTS: readonly Change[] = [
  ["a huge text", () => "x".repeat(30_000)],
  ["an empty text", () => ""],
  ["NUL", (text) => `${String(text)}\0`],
  ["another text", (text) => `${String(text)}x`],
];
const NUMBERS: readonly Change[] = [
  ["9e15", () => 9_000_000_000_000_000],
  ["1e300", () => 1e300],
  ["-1", () => -1],
  ["half", (number) => Number(number) + 0.5],
  ["one more", (number) => Number(number) + 1],
];
const LISTS: readonly Change[] = [
  ["10,001 entries", (list) => new Array<JsonValue>(10_001).fill(shortEntryOf(list as readonly JsonValue[]))],
  ["no entries", () => []],
  ["an entry twice", (list) => [...(list as readonly JsonValue[]), ...(list as readonly JsonValue[]).slice(0, 1)]],
];
const OBJECTS: readonly Change[] = [
  ["a member more", (object) => ({ ...(object as JsonObject), unheard_of: 1 })],
  ["no members", () => ({})],
];

/** The first entry, unless repeating it would make the file longer than it takes to be refused. */
const shortEntryOf = ([first = "x"]: readonly JsonValue[]): JsonValue =>
  JSON.stringify(first).length < 40 ? first : 0;

const changesOf = (value: JsonValue): readonly Change[] => {
  if (typeof value === "string") return [...ANYTHING, ...TEXTS];
  if (typeof value === "number") return [...ANYTHING, ...NUMBERS];
  if (Array.isArray(value)) return [...ANYTHING, ...LISTS];
  return typeof value === "object" && value !== null ? [...ANYTHING, ...OBJECTS] : ANYTHING;
};

/** Every member of a file changed in every way, one at a time. Lists are entered at their first and last entry only. */
export function* mutationsOf(file: JsonObject): Generator<Mutation> {
  for (const steps of placesIn(file, [])) {
    if (steps[0] === "sha256") continue;
    for (const [how, change] of changesOf(valueAt(file, steps))) {
      const changed = change(valueAt(file, steps));
      if (JSON.stringify(changed) === JSON.stringify(valueAt(file, steps))) continue;
      yield { name: `${steps.join(".")}: ${how}`, file: withValue(file, steps, changed) as JsonObject };
    }
  }
}

/** The file under another run id, so that what was taken in before is not in its way; sealed anew as anybody could. */
export const underId = (file: JsonObject, id: string): JsonObject =>
  sealed(JSON.parse(JSON.stringify(file).replaceAll(String(file["run_id"]), id)) as JsonObject);

/** A file with a seal that fits. */
export function sealed({ sha256: _, ...unsealed }: JsonObject): JsonObject {
  return { ...unsealed, sha256: valueHash(unsealed) };
}

function* placesIn(value: JsonValue, steps: readonly Step[]): Generator<readonly Step[]> {
  if (steps.length > 0) yield steps;
  if (typeof value !== "object" || value === null) return;
  const entries: readonly (readonly [Step, JsonValue])[] = Array.isArray(value)
    ? [...new Set([0, value.length - 1])].flatMap((at) => (at in value ? [[at, value[at] as JsonValue] as const] : []))
    : Object.entries(value);
  for (const [step, inner] of entries) yield* placesIn(inner, [...steps, step]);
}

const valueAt = (file: JsonValue, steps: readonly Step[]): JsonValue =>
  steps.reduce<JsonValue>((value, step) => (value as Record<Step, JsonValue>)[step] as JsonValue, file);

function withValue(file: JsonValue, [step, ...rest]: readonly Step[], changed: JsonValue | undefined): JsonValue {
  const inner = (file as Record<Step, JsonValue>)[step as Step] as JsonValue;
  const value = rest.length === 0 ? changed : withValue(inner, rest, changed);
  if (Array.isArray(file)) {
    return file.flatMap((entry: JsonValue, at) => (at !== step ? [entry] : value === undefined ? [] : [value]));
  }
  const { [String(step)]: _, ...others } = file as JsonObject;
  return value === undefined ? others : { ...others, [String(step)]: value };
}
