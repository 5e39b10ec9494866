import fc from "fast-check";
import { expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { StateHasher, valueHash } from "../../../src/core/run/model/hash.ts";

const keys = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "a.b", "10", "9", "é", "\u{1f600}", '"'),
  fc.string(),
);
const values = fc.jsonValue() as fc.Arbitrary<JsonValue>;
const states = fc
  .array(fc.tuple(keys, values), { maxLength: 6 })
  .map((entries): JsonObject => Object.fromEntries(entries));

it("hashes a state as the canonical JSON of its values' hashes, also when it has met state and values before", () => {
  fc.assert(
    fc.property(fc.array(states, { maxLength: 4 }), (list) => {
      const hasher = new StateHasher();
      for (const state of [...list, ...list]) {
        const hashes = Object.fromEntries(Object.entries(state).map(([key, value]) => [key, valueHash(value)]));
        expect(hasher.state(state)).toBe(valueHash(hashes));
        for (const value of Object.values(state)) expect(hasher.value(value)).toBe(valueHash(value));
      }
    }),
  );
});

it("tells a text from the number it is written like", () => {
  const hasher = new StateHasher();
  const states: JsonObject[] = [{ a: "1" }, { a: 1 }, { a: true }, { a: "true" }, { a: null }, { a: "null" }, {}];
  expect(new Set(states.map((state) => hasher.state(state))).size).toBe(states.length);
});
