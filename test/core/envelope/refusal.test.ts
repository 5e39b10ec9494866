import { describe, expect, it } from "vitest";
import { z } from "zod";
import { entriesIn, faultsOfIssues, jsonPath, refusal, unknownMembers } from "../../../src/core/envelope/refusal.ts";
import { fault } from "../../../src/core/errors.ts";

describe("jsonPath", () => {
  it.each([
    [[], "$"],
    [["payload", "want", 0], "$.payload.want[0]"],
    [["document.text"], '$["document.text"]'],
    [["a", 'q"uote', ""], '$.a["q\\"uote"][""]'],
  ])("%j is %s", (path, expected) => {
    expect(jsonPath(path)).toBe(expected);
  });
});

describe("faultsOfIssues", () => {
  it("names the place in the message, so that it can be read alone", () => {
    const issues = [
      { path: ["payload", "want", 0], message: "required" },
      { path: [], message: "an object is required" },
    ];
    expect(faultsOfIssues("INVALID_PARAMETER", issues)).toEqual([
      { code: "INVALID_PARAMETER", message: "payload.want[0]: required", place: "$.payload.want[0]" },
      { code: "INVALID_PARAMETER", message: "an object is required", place: "$" },
    ]);
  });

  it("places what nobody knows at itself, and names what was meant or what there is", () => {
    const schema = z.object({
      list: z.array(z.strictObject({ want: z.string().optional(), given: z.int().optional() })),
    });
    const { error } = schema.safeParse({ list: [{ give: 1, "b.c": 2 }] });
    expect(faultsOfIssues("INVALID_PARAMETER", error?.issues ?? [], { schema, at: ["payload"] })).toEqual([
      {
        code: "INVALID_PARAMETER",
        message: "payload.list[0].give: not known here",
        place: "$.payload.list[0].give",
        hint: "did you mean 'given'?",
      },
      {
        code: "INVALID_PARAMETER",
        message: 'payload.list[0]["b.c"]: not known here',
        place: '$.payload.list[0]["b.c"]',
        hint: "known are want, given",
      },
    ]);
  });

  it("names 20 at most, and gives no advice where no schema tells what there is", () => {
    const keys = Array.from({ length: 21 }, (_, at) => `k${at}`);
    const faults = faultsOfIssues("INVALID_PARAMETER", [{ path: [], message: "unknown", keys }]);
    expect(faults.map(({ place, hint }) => [place, hint])).toEqual(
      keys.slice(0, 20).map((key) => [`$.${key}`, undefined]),
    );
    const [stray] = unknownMembers("INVALID_PARAMETER", [], ["banana"], keys);
    expect(stray?.hint).toBe(`known are ${keys.slice(0, 20).join(", ")}`);
  });
});

describe("refusal", () => {
  const one = fault("METADATA_INVALID", "no name", { place: "node.onex.yaml:3", hint: "name it" });
  const other = fault("CONTRACT_VALIDATION_ERROR", "no keys");

  it("leaves a single fault as it is", () => {
    expect(refusal("the node", [one])).toBe(one);
  });

  it("is coded and placed as the first, counts them, and keeps all", () => {
    expect(refusal("the node", [one, other])).toEqual({
      code: "METADATA_INVALID",
      message: "the node has 2 problems; the first: no name",
      place: "node.onex.yaml:3",
      hint: "name it",
      details: {
        errors: [
          { code: "METADATA_INVALID", detail: "no name", place: "node.onex.yaml:3", hint: "name it" },
          { code: "CONTRACT_VALIDATION_ERROR", detail: "no keys" },
        ],
      },
    });
  });

  it("does not pass off an empty list as a refusal with a reason", () => {
    expect(refusal("the node", [])).toMatchObject({ code: "RUNTIME_ERROR" });
  });
});

describe("entriesIn", () => {
  it("finds the entries of a refusal and nothing in other details", () => {
    expect(entriesIn({ errors: [1] })).toEqual([1]);
    for (const details of [undefined, null, [1], "x", {}, { errors: "x" }]) expect(entriesIn(details)).toBeNull();
  });
});
