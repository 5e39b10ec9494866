import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { parseSpecification } from "../../../src/core/scaffold/specification.ts";

const MINIMAL = { name: "constant", description: "Gives one.", output_contract: { one: { type: "integer" } } };

describe("parseSpecification", () => {
  it("fills in what may be left out", () => {
    expect(parseSpecification(MINIMAL)).toMatchObject({
      ok: true,
      value: {
        version: "1.0.0",
        author: "ONEX scaffold",
        tags: [],
        input_contract: {},
        optional_inputs: [],
        examples: [],
        execution: { cost: 1, timeout_ms: 1_000, retry: { max_retries: 3 }, cache: null },
      },
    });
  });

  it.each<readonly [string, JsonValue, readonly string[]]>([
    ["no object", "text", ["$"]],
    ["everything missing", {}, ["$.name", "$.description", "$.output_contract"]],
    ["a name that is none", { ...MINIMAL, name: "Word Count" }, ["$.name"]],
    ["a version that is none", { ...MINIMAL, version: "1.0" }, ["$.version"]],
    ["no output", { ...MINIMAL, output_contract: {} }, ["$.output_contract"]],
    ["a key that is none", { ...MINIMAL, output_contract: { "a b": {} } }, ['$.output_contract["a b"]']],
    ["a schema that is no object", { ...MINIMAL, output_contract: { one: "string" } }, ["$.output_contract.one"]],
    ["an optional input nobody knows", { ...MINIMAL, optional_inputs: ["x"] }, ["$.optional_inputs[0]"]],
    ["a key on both sides", { ...MINIMAL, input_contract: { one: {} } }, ["$.output_contract.one"]],
    ["an unknown field", { ...MINIMAL, cod: "return 1" }, ["$"]],
    ["an example without an output", { ...MINIMAL, examples: [{ input: {} }] }, ["$.examples[0].output"]],
    ["a timeout out of range", { ...MINIMAL, execution: { timeout_ms: 1 } }, ["$.execution.timeout_ms"]],
    ["a namespace that is none", { ...MINIMAL, namespace: "elsewhere.x" }, ["$.namespace"]],
  ])("SCAFFOLD_INVALID for %s, everything at once with its place", (_, value, places) => {
    const parsed = parseSpecification(value);
    expect(parsed).toMatchObject({ ok: false, error: { code: "SCAFFOLD_INVALID", place: places[0] } });
    const details = parsed.ok ? [] : (parsed.error.details as readonly { readonly place: string }[]);
    expect(details.map(({ place }) => place)).toEqual(places);
  });
});
