import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { labelsOf, labelsOfQuery, LABEL_SPAN_MS, minuteOf } from "../../../src/core/search/labels.ts";
import { ANY_RUN, matchesRun, nameOf, type RunQuery } from "../../../src/core/search/run-query.ts";
import { asciiLower, containsText } from "../../../src/core/search/text.ts";
import { archivedSummary } from "../../support/contracts/run-index.ts";

const RUN = archivedSummary({
  status: "failed",
  nodes: ["text_count@1.0.0", "text_count@2.0.0", "count@1.0.0"],
  tags: ["nightly"],
  faultCode: "TIMEOUT_ERROR",
  faultMessage: "Node count did not end",
  createdAt: 1_000,
});

describe("a query", () => {
  const found: Partial<RunQuery>[] = [
    {},
    { status: "failed" },
    { node: "text_count" },
    { node: "count" },
    { node: "text_count@2.0.0" },
    { tag: "nightly" },
    { operation: "goal.run" },
    { correlationId: RUN.correlationId },
    { from: 1_000, to: 1_001 },
    { text: "timeout_error: node COUNT" },
  ];
  it.each(found)("%j finds the run", (query) => {
    expect(matchesRun(RUN, { ...ANY_RUN, ...query })).toBe(true);
  });

  const missed: Partial<RunQuery>[] = [
    { status: "succeeded" },
    { node: "text" },
    { node: "text_count@3.0.0" },
    { node: "text_count@" },
    { node: "" },
    { tag: "night" },
    { operation: "goal" },
    { correlationId: "other" },
    { from: 1_001 },
    { to: 1_000 },
    { text: "succeeded" },
  ];
  it.each(missed)("%j does not", (query) => {
    expect(matchesRun(RUN, { ...ANY_RUN, ...query })).toBe(false);
  });

  it("for a text finds only runs with an error", () => {
    const fine = archivedSummary({ faultCode: null, faultMessage: null });
    expect(matchesRun(fine, { ...ANY_RUN, text: ":" })).toBe(false);
  });

  it("is narrowed by every further condition", () => {
    fc.assert(
      fc.property(fc.constantFrom(...found, ...missed), fc.constantFrom(...found, ...missed), (a, b) => {
        const both = matchesRun(RUN, { ...ANY_RUN, ...a, ...b });
        const disjoint = Object.keys(a).every((key) => !(key in b));
        if (disjoint) expect(both).toBe(matchesRun(RUN, { ...ANY_RUN, ...a }) && matchesRun(RUN, { ...ANY_RUN, ...b }));
      }),
    );
  });
});

describe("labels", () => {
  it("a run that a query finds has every label of the query", () => {
    const queries: Partial<RunQuery>[] = [
      { node: "count" },
      { node: "text_count@2.0.0" },
      { tag: "nightly" },
      { operation: "goal.run" },
    ];
    for (const query of queries) {
      const labels = labelsOfQuery({ ...ANY_RUN, ...query });
      expect(labels).toHaveLength(1);
      expect(labelsOf(RUN)).toEqual(expect.arrayContaining([...labels]));
    }
    expect(labelsOfQuery({ ...ANY_RUN, status: "failed", text: "x" })).toEqual([]);
  });

  it("are each there once, and cannot be taken for one another", () => {
    const labels = labelsOf(archivedSummary({ nodes: ["a@1.0.0", "a@2.0.0"], tags: ["a", "node:a"], operation: "a" }));
    expect(labels).toEqual(["node:a", "tag:a", "tag:node:a", "operation:a"]);
  });

  it("belong to the minute the run was created in", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (at) => {
        const minute = minuteOf(at);
        expect(minute % LABEL_SPAN_MS).toBe(0);
        expect(at - minute).toBeGreaterThanOrEqual(0);
        expect(at - minute).toBeLessThan(LABEL_SPAN_MS);
      }),
    );
  });
});

describe("texts", () => {
  it("are compared whatever the case of ASCII letters, and of no others", () => {
    expect(containsText("Größe XL", "GRößE xl")).toBe(true);
    expect(containsText("GRÖSSE", "größe")).toBe(false);
    expect(containsText("anything", "")).toBe(true);
  });

  it("lower case is idempotent and leaves the length alone", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(asciiLower(asciiLower(text))).toBe(asciiLower(text));
        expect(asciiLower(text)).toHaveLength(text.length);
      }),
    );
  });

  it("a node's name is what stands before the version", () => {
    expect([nameOf("a_b@1.0.0"), nameOf("nothing"), nameOf("@1.0.0")]).toEqual(["a_b", "", ""]);
  });
});
