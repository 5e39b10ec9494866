import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Gate, GateOperand, GateOperator } from "../../../src/core/plan/model/gate.ts";
import { gateHolds } from "../../../src/core/plan/model/gate-holds.ts";
import { gateSources, mapGate } from "../../../src/core/plan/model/gate-sources.ts";

const SOURCE = { step: "a", key: "x" };
const holds = (value: JsonValue | undefined, op: GateOperator, than: GateOperand = null, path = ""): boolean =>
  gateHolds({ test: { value: SOURCE, path, op, than } }, () => value);

describe("gateHolds", () => {
  it.each<[JsonValue | undefined, GateOperator, GateOperand, boolean]>([
    [undefined, "exists", null, false],
    [null, "exists", null, false],
    [false, "exists", null, true],
    [0, "exists", null, true],
    ["a", "eq", "a", true],
    [1, "eq", "1", false],
    [[1, "a"], "eq", [1, "a"], true],
    [[1], "eq", [1, 2], false],
    [undefined, "ne", "a", true],
    ["a", "ne", "a", false],
    [1, "lt", 2, true],
    [2, "lt", 2, false],
    [2, "lte", 2, true],
    [3, "gt", 2, true],
    [2, "gte", 2, true],
    ["a", "lt", "b", true],
    ["10", "gt", 9, false],
    [null, "lt", 1, false],
    ["b", "in", ["a", "b"], true],
    ["c", "in", ["a", "b"], false],
    ["a", "in", "abc", false],
    ["abc", "contains", "b", true],
    [["a", 1], "contains", 1, true],
    [{ a: 1 }, "contains", "a", false],
  ])("%j %s %j is %s", (value, op, than, expected) => {
    expect(holds(value, op, than)).toBe(expected);
  });

  it("follows JSON Pointers through own properties and items only", () => {
    const value = { "a/b": { "~": [10, { deep: true }] } };
    expect(holds(value, "eq", true, "/a~1b/~0/1/deep")).toBe(true);
    expect(holds(value, "exists", null, "/a~1b/~0/2")).toBe(false);
    expect(holds(value, "exists", null, "/a~1b/~0/01")).toBe(false);
    expect(holds(value, "exists", null, "/constructor")).toBe(false);
    expect(holds("text", "exists", null, "/length")).toBe(false);
  });

  it("combines like logic does", () => {
    const gate: fc.Arbitrary<Gate> = fc.letrec<{ gate: Gate }>((tie) => ({
      gate: fc.oneof(
        { maxDepth: 4 },
        fc.boolean().map((value): Gate => ({
          test: { value: { step: String(value), key: "k" }, path: "", op: "eq", than: true },
        })),
        fc.array(tie("gate"), { maxLength: 3 }).map((all) => ({ all })),
        fc.array(tie("gate"), { maxLength: 3 }).map((any) => ({ any })),
        tie("gate").map((not) => ({ not })),
      ),
    })).gate;
    const model = (one: Gate): boolean => {
      if ("test" in one) return one.test.value.step === "true";
      if ("not" in one) return !model(one.not);
      return "all" in one ? one.all.map(model).every(Boolean) : one.any.map(model).some(Boolean);
    };
    fc.assert(
      fc.property(gate, (one) => {
        expect(gateHolds(one, (source) => source.step === "true")).toBe(model(one));
        const renamed = mapGate(one, (source) => ({ ...source, key: "other" }));
        expect(gateSources(renamed)).toEqual(gateSources(one).map((source) => ({ ...source, key: "other" })));
      }),
    );
  });
});
