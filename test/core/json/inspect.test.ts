import { describe, expect, it } from "vitest";
import { jsonFlaw, MAX_JSON_DEPTH, MAX_JSON_VALUES } from "../../../src/core/json/read-json.ts";

class Point {
  readonly x = 1;
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = i % 2 ? [value] : { a: value };
  return value;
}

/** As many paths as leaves of a tree forty levels high, in forty objects. */
function shared(): unknown {
  let value: unknown = 1;
  for (let i = 0; i < 40; i++) value = [value, value];
  return value;
}

function cyclic(): unknown {
  const list: unknown[] = [];
  list.push({ list });
  return list;
}

describe("jsonFlaw", () => {
  it.each([
    ["half a pair", { a: ["x", "\udc00"] }, "surrogate", ["a", 1]],
    ["half a pair in a name", { a: { "\ud800": 1 } }, "surrogate", ["a", "\ud800"]],
    ["Infinity", [Infinity], "number", [0]],
    ["NaN", { a: NaN }, "number", ["a"]],
    ["an integer too long", { a: 2 ** 53 }, "integer", ["a"]],
    ["a BigInt", { a: 1n }, "kind", ["a"]],
    ["a function", { a: () => 1 }, "kind", ["a"]],
    ["a symbol", [Symbol("s")], "kind", [0]],
    ["nothing", undefined, "kind", []],
    ["a hole in a list", [1, undefined], "kind", [1]],
    ["a date", { a: new Date(0) }, "kind", ["a"]],
    ["a map", { a: new Map() }, "kind", ["a"]],
    ["bytes", { a: new Uint8Array(3) }, "kind", ["a"]],
    ["an object of a class", { a: new Point() }, "kind", ["a"]],
  ])("finds %s", (_, value, kind, steps) => {
    expect(jsonFlaw(value)).toMatchObject({ kind, steps });
  });

  it.each([
    ["a member without a value, which JSON leaves out", { a: undefined, b: 1 }],
    ["an object without a prototype", Object.assign(Object.create(null) as object, { a: 1 })],
    ["numbers that are written with an exponent", [1e21, -1e300, 5e-324]],
    ["as many levels as are allowed", nested(MAX_JSON_DEPTH)],
  ])("finds nothing in %s", (_, value) => {
    expect(jsonFlaw(value)).toBeNull();
  });

  it("ends whatever it is given", () => {
    expect(jsonFlaw(nested(MAX_JSON_DEPTH + 1))).toMatchObject({ kind: "depth" });
    expect(jsonFlaw(nested(1_000_000))).toMatchObject({ kind: "depth" });
    expect(jsonFlaw(cyclic())).toMatchObject({ kind: "depth" });
    expect(jsonFlaw(shared())).toMatchObject({ kind: "size" });
    expect(jsonFlaw(new Array(MAX_JSON_VALUES).fill(0))).toMatchObject({ kind: "size" });
    expect(jsonFlaw(new Array(MAX_JSON_VALUES - 1).fill(0))).toBeNull();
  });
});
