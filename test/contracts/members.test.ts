import { describe, expect, it } from "vitest";
import { z } from "zod";
import { envelopeDraft } from "../../contracts/documents/envelope.ts";
import { graph } from "../../contracts/documents/graph.ts";
import { membersAt } from "../../contracts/json/members.ts";
import { runRevision } from "../../contracts/api/run-revision.ts";

const inner = z.strictObject({ a: z.string(), b: z.string() });

describe("membersAt", () => {
  it.each<readonly [string, z.ZodType, readonly PropertyKey[], readonly string[]]>([
    ["an object", inner, [], ["a", "b"]],
    ["a member", z.object({ in: inner }), ["in"], ["a", "b"]],
    ["what may be left out or null", z.object({ in: inner.nullish() }), ["in"], ["a", "b"]],
    ["what has a default", z.object({ in: inner.default({ a: "", b: "" }) }), ["in"], ["a", "b"]],
    ["a default that is read", z.object({ in: inner.prefault({ a: "", b: "" }) }), ["in"], ["a", "b"]],
    ["an entry of a list", z.array(inner), [7], ["a", "b"]],
    ["a value of a map", z.record(z.string(), inner), ["any"], ["a", "b"]],
    ["several objects", z.union([inner, z.object({ b: z.string(), c: z.string() }), z.string()]), [], ["a", "b", "c"]],
    ["what is told apart", z.discriminatedUnion("a", [z.object({ a: z.literal("x"), n: z.int() })]), [], ["a", "n"]],
    ["what is transformed", inner.transform(({ a }) => a), [], ["a", "b"]],
    ["what is refined", inner.refine(() => true), [], ["a", "b"]],
    ["what is read twice", z.unknown().pipe(z.lazy(() => inner)), [], ["a", "b"]],
    ["no object", z.object({ a: z.string() }), ["a"], []],
    ["a place there is not", inner, ["c", "d"], []],
    ["a place every object inherits", inner, ["constructor"], []],
  ])("%s", (_, schema, path, expected) => {
    expect(membersAt(schema, path)).toEqual(expected);
  });

  it("reads the contracts", () => {
    expect(membersAt(envelopeDraft, ["metadata"])).toContain("idempotency_key");
    expect(membersAt(graph, ["steps", 3, "when", "all", 0, "not"])).toEqual([
      ...["value", "path", "op", "than", "all", "any", "not"],
    ]);
    expect(membersAt(runRevision, ["mutations", 0])).toContain("op");
  });
});
