import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNodeRef, nodesPage } from "../../../src/core/registry/node-query.ts";
import { nodeRef, type NodeDefinition } from "../../../src/core/registry/node.ts";
import { sampleNode } from "../../support/sample-node.ts";

const key = (schema = { type: "string" }) => ({ schema, optional: false });
const NODES: readonly NodeDefinition[] = [
  sampleNode({ name: "b", version: "1.9.0", tags: ["odd"], lifecycle: "draft" }),
  sampleNode({ name: "b", version: "1.10.0", description: "Counts WORDS." }),
  sampleNode({ name: "a", version: "2.0.0", kind: "effect", inputs: { "x.in": key() }, outputs: { "x.out": {} } }),
];
const all = { limit: 100, after: null };
const refs = (query: Parameters<typeof nodesPage>[1]) => nodesPage(NODES, query, all).nodes.map(nodeRef);

describe("a list of nodes", () => {
  it("is sorted by name, the newest version first, by number", () => {
    expect(refs({})).toEqual(["a@2.0.0", "b@1.10.0", "b@1.9.0"]);
  });

  it.each([
    [{ name: "b" }, ["b@1.10.0", "b@1.9.0"]],
    [{ name: "b", version: "1.9.0" }, ["b@1.9.0"]],
    [{ lifecycle: "draft" }, ["b@1.9.0"]],
    [{ kind: "effect" }, ["a@2.0.0"]],
    [{ entrypoint: "http" }, []],
    [{ tag: "odd" }, ["b@1.9.0"]],
    [{ consumes: "x.in" }, ["a@2.0.0"]],
    [{ produces: "x.out" }, ["a@2.0.0"]],
    [{ produces: "toString" }, []],
    [{ text: "counts words" }, ["b@1.10.0"]],
    [{ name: "b", kind: "effect" }, []],
  ])("%j finds %j", (query, found) => {
    expect(refs(query)).toEqual(found);
  });

  it("comes in pages that hold every node once, whatever their size", () => {
    const versions = fc.tuple(fc.constantFrom("a", "b", "c_1"), fc.nat(12), fc.nat(12));
    fc.assert(
      fc.property(
        fc.uniqueArray(versions, { selector: String, maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        (list, limit) => {
          const nodes = list.map(([name, minor, patch]) => sampleNode({ name, version: `1.${minor}.${patch}` }));
          const paged: string[] = [];
          for (let after: string | null = null; ;) {
            const page = nodesPage(nodes, {}, { limit, after });
            paged.push(...page.nodes.map(nodeRef));
            after = page.next;
            if (after === null) break;
            expect(isNodeRef(after)).toBe(true);
          }
          expect(paged).toEqual(nodesPage(nodes, {}, all).nodes.map(nodeRef));
        },
      ),
    );
  });

  it("knows what is no place where a page ended", () => {
    for (const text of ["", "a", "a@1", "A@1.0.0", "a@1.0.0 ", "a@1.0.0\n", "../x@1.0.0"])
      expect(isNodeRef(text)).toBe(false);
  });
});
