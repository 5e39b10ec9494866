import { CLIENT } from "../../../src/core/run/model/origin.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { MOST_CHAIN_BYTES, MOST_DEPTH } from "../../../contracts/documents/chain.ts";
import { originAfter, linkKey, linksOf } from "../../../src/core/chain/links.ts";
import { readChains } from "../../../src/core/chain/read-chains.ts";
import { readReference, RUN_FACTS, type Reference } from "../../../src/core/chain/reference.ts";
import { resolvePayload } from "../../../src/core/chain/resolve.ts";
import { fault } from "../../../src/core/errors.ts";
import type { RunState, RunStatus } from "../../../src/core/run/model/state.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun, DrivenRun, failure, success } from "../../support/runs.ts";

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;
const link = (changes: JsonObject = {}): JsonObject => ({
  operation: "node.execute",
  payload: { node: "count", input: {} },
  ...changes,
});

describe("a reference", () => {
  it.each<readonly [string, Reference]>([
    ["result", { kind: "results" }],
    ["result.document.text", { kind: "result", key: "document.text" }],
    ["given.a", { kind: "given", key: "a" }],
    ["error", { kind: "error", part: null }],
    ["error.code", { kind: "error", part: "code" }],
    ["error.message", { kind: "error", part: "message" }],
    ...RUN_FACTS.map((fact) => [`run.${fact}`, { kind: "run", fact }] as const),
  ])("%s names one thing", (text, expected) => {
    expect(readReference({ $from: text }, "$")).toEqual({ ok: true, value: expected });
  });

  it.each(["", "results", "result.", "given", "given.", "error.place", "run", "run.secret", "run.id.x", "other.x"])(
    "%j is refused",
    (text) => {
      const refused = { ok: false, error: { code: "CHAIN_INVALID_REFERENCE", place: "$.x" } };
      expect(readReference({ $from: text }, "$.x")).toMatchObject(refused);
    },
  );

  it("is read from any value without a throw; whatever is no reference is itself, and $literal is taken literally", () => {
    fc.assert(
      fc.property(json, (value) => {
        const read = readReference(value, "$");
        const isReference =
          typeof value === "object" && value !== null && Object.keys(value).length === 1 && "$from" in value;
        if (!isReference && !(typeof value === "object" && value !== null && "$literal" in value)) {
          expect(read).toEqual({ ok: true, value: { kind: "literal", value } });
        }
        expect(readReference({ $literal: value }, "$")).toEqual({ ok: true, value: { kind: "literal", value } });
      }),
    );
  });
});

describe("reading lists", () => {
  it("takes anything without a throw", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("on_success", "on_failure", "on_complete"), json), (written) => {
        const read = readChains(written);
        if (!read.ok) expect(read.error.length).toBeGreaterThan(0);
      }),
    );
  });

  it("of nothing is nothing", () => {
    expect(readChains({ on_success: [], on_failure: null })).toEqual({ ok: true, value: null });
  });

  it("keeps every level, and names the place of what is wrong in a deep one", () => {
    const deep = link({ on_failure: [link({ tags: ["a"], on_complete: [link()] })] });
    expect(readChains({ on_success: [deep] })).toEqual({ ok: true, value: { on_success: [deep] } });
    const wrong = link({ on_failure: [link({ payload: { node: "UPPER", input: { "a.b": { $from: "nope" } } } })] });
    expect(readChains({ on_success: [wrong] })).toMatchObject({
      ok: false,
      error: [
        { place: "$.on_success[0].on_failure[0].payload.node" },
        { code: "CHAIN_INVALID_REFERENCE", place: '$.on_success[0].on_failure[0].payload.input["a.b"]' },
      ],
    });
  });

  it("allows a certain depth and size, and no more", () => {
    const nest = (depth: number): JsonObject => link(depth === 1 ? {} : { on_success: [nest(depth - 1)] });
    expect(readChains({ on_success: [nest(MOST_DEPTH)] }).ok).toBe(true);
    expect(readChains({ on_success: [nest(MOST_DEPTH + 1)] })).toMatchObject({
      ok: false,
      error: [{ code: "CHAIN_TOO_DEEP" }],
    });
    const sized = (bytes: number): JsonObject => {
      const payload = (text: string) => link({ payload: { node: "count", input: { a: text } } });
      const bare = JSON.stringify({ on_success: [payload("")] }).length;
      return payload("x".repeat(bytes - bare));
    };
    expect(readChains({ on_success: [sized(MOST_CHAIN_BYTES)] }).ok).toBe(true);
    expect(readChains({ on_success: [sized(MOST_CHAIN_BYTES + 1)] }).ok).toBe(false);
  });
});

describe("the envelopes an ended run sends", () => {
  const chains = { on_success: [link()], on_failure: [link(), link()], on_complete: [link()] } as never;
  const ended = (status: RunStatus, more: Partial<RunState["header"]> = {}): RunState => {
    const state = beginRun(sketchPlan([{ id: "a" }]));
    return { ...state, header: { ...state.header, status, chains, ...more } };
  };

  it.each([
    ["succeeded", ["on_success", "on_complete"]],
    ["failed", ["on_failure", "on_failure", "on_complete"]],
    ["cancelled", ["on_complete"]],
    ["running", []],
    ["paused", []],
  ] as const)("when it is %s", (status, lists) => {
    expect(linksOf(ended(status)).map(({ list }) => list)).toEqual(lists);
    expect(linksOf(ended(status, { origin: { kind: "import", of: CLIENT } }))).toEqual([]);
  });

  it("have a key each, of their own", () => {
    const parents = [0, 86_400_000].map((createdAt) => ({ id: "r00_a", createdAt }));
    const keys = parents.flatMap((parent) => linksOf(ended("failed")).map((one) => linkKey(parent, one)));
    expect(new Set(keys).size).toBe(6);
  });

  it("grow a lineage of a certain length", () => {
    const at = (depth: number) =>
      originAfter({ ...ended("succeeded").header, origin: { kind: "chain", runId: "r", depth } });
    expect(at(MOST_DEPTH - 1)).toMatchObject({ ok: true, value: { depth: MOST_DEPTH } });
    expect(at(MOST_DEPTH)).toMatchObject({ ok: false, error: { code: "CHAIN_TOO_DEEP" } });
  });
});

describe("resolving a payload", () => {
  const run = new DrivenRun(sketchPlan([{ id: "a" }, { id: "b", needs: ["a"] }]));
  run.send({ type: "start" });
  run.send({ type: "answer", segment: "a", token: "a.1", results: [{ step: "a", outcome: success("a") }] });
  const problem = fault("INPUT_STATE_INVALID", "wrong");
  run.send({ type: "answer", segment: "b", token: "b.1", results: [{ step: "b", outcome: failure(problem) }] });
  const resolve = (value: JsonValue, field = "given") =>
    resolvePayload({ want: ["x"], [field]: { k: value } }, run.state);

  it.each([
    [{ $from: "result.a.out" }, { stored: { v: "a" } }],
    [{ $from: "given.in" }, { stored: { v: "x" } }],
    [{ $from: "result" }, { all: { "a.out": { v: "a" } } }],
    [{ $from: "run.status" }, { value: "failed" }],
    [{ $from: "error.code" }, { value: "INPUT_STATE_INVALID" }],
    [{ $literal: { $from: "error" } }, { value: { $from: "error" } }],
    [{ deep: { $from: "error" } }, { value: { deep: { $from: "error" } } }],
    [7, { value: 7 }],
  ])("%j", (value, expected) => {
    for (const field of ["given", "input"]) {
      expect(resolve(value, field)).toEqual({
        ok: true,
        value: { rest: { want: ["x"] }, fields: { [field]: { k: expected } } },
      });
    }
  });

  it("refuses what has nothing behind it", () => {
    expect(resolve({ $from: "result.b.out" })).toMatchObject({ ok: false, error: { code: "CHAIN_INVALID_REFERENCE" } });
    expect(resolve({ $from: "given.toString" })).toMatchObject({ ok: false });
    expect(resolve({ $from: "result.toString" })).toMatchObject({ ok: false });
  });

  it("leaves everything else as it is", () => {
    const payload = { steps: [], given: ["a"], policy: {} };
    expect(resolvePayload(payload, run.state)).toEqual({ ok: true, value: { rest: payload, fields: {} } });
  });
});
