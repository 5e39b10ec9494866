import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDraft } from "../../../src/core/envelope/read-draft.ts";

const SMALL = { source_node: "me", operation: "goal.run", payload: {} };
const refusals = (more: object) => {
  const read = readDraft({ ...SMALL, ...more });
  return read.ok ? [] : read.error.map(({ code, place, hint }) => [code, place, hint]);
};
const slip = (place: string, meant: string) => ["ENVELOPE_VALIDATION_ERROR", place, `did you mean '${meant}'?`];

describe("an envelope as it was written", () => {
  it.each<readonly [object, readonly unknown[]]>([
    [{ on_sucess: [] }, slip("$.on_sucess", "on_success")],
    [{ correlationId: "x" }, slip("$.correlationId", "correlation_id")],
    [{ metdata: {} }, slip("$.metdata", "metadata")],
    [{ metadata: { idempotency: "k" } }, slip("$.metadata.idempotency", "idempotency_key")],
    [{ metadata: { Tags: [] } }, slip("$.metadata.Tags", "tags")],
  ])("%j holds a slip of the pen", (more, expected) => {
    expect(refusals(more)).toEqual([expected]);
  });

  it("with several is told all of them, and what else is wrong", () => {
    expect(refusals({ on_sucess: [], metadata: { tag: [] }, timestamp: "noon" })).toEqual([
      slip("$.on_sucess", "on_success"),
      slip("$.metadata.tag", "tags"),
      ["ENVELOPE_VALIDATION_ERROR", "$.timestamp", undefined],
    ]);
  });

  it("may say more than we know, also what resembles a member that is there", () => {
    const foreign = { source_node_id: "7", security_context: {}, priority: 1, errors: [], error: null };
    expect(refusals({ ...foreign, metadata: { onex_version: "1", original_target_node: "x" } })).toEqual([]);
  });

  it("is open to every name that no member comes near", () => {
    const word = fc.stringMatching(/^x[a-z]{3,10}_[a-z]{3,10}_v[0-9]$/);
    fc.assert(
      fc.property(fc.dictionary(word, fc.jsonValue()), (foreign) => {
        expect(readDraft({ ...SMALL, ...foreign, metadata: foreign })).toEqual(readDraft({ ...SMALL, metadata: {} }));
      }),
    );
  });

  it.each([null, 7, "x", [], [SMALL]])("%j is none", (json) => {
    expect(readDraft(json).ok).toBe(false);
  });
});
