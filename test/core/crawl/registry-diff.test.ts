import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { registryDifferences, type RegistryNode } from "../../../src/core/crawl/registry-diff.ts";
import "../../support/properties.ts";

const node = (name: string, digest = "d", lifecycle = "active"): RegistryNode => ({
  name,
  version: "1.0.0",
  digest,
  lifecycle,
});

describe("registryDifferences", () => {
  it("tells what is missing, changed, moved and extra", () => {
    const sources = [node("a"), node("b"), node("c"), node("d")];
    const registered = [node("b", "other"), node("c", "d", "deprecated"), node("d"), node("e")];
    expect(registryDifferences(sources, registered).map((one) => [one.kind, one.node])).toEqual([
      ["missing", "a@1.0.0"],
      ["changed", "b@1.0.0"],
      ["lifecycle", "c@1.0.0"],
      ["extra", "e@1.0.0"],
    ]);
  });

  it("is empty for the same nodes in any order, and for nothing else", () => {
    const nodes = fc.uniqueArray(
      fc.constantFrom("a", "b", "c", "d").map((name) => node(name)),
      { selector: ({ name }) => name },
    );
    fc.assert(
      fc.property(nodes, nodes, (left, right) => {
        const same = left.length === right.length && left.every((one) => right.some(({ name }) => name === one.name));
        expect(registryDifferences(left, right).length === 0).toBe(same);
        expect(registryDifferences(left, [...left].reverse())).toEqual([]);
      }),
    );
  });
});
