import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { contractFrom, loadContract } from "../../../src/core/contract/load-contract.ts";
import { validateState } from "../../../src/core/contract/validate-state.ts";
import { change, refusals, TIDE, usable } from "./contracts.ts";

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const NODES = join(import.meta.dirname, "../../../../shared/fixtures/omnibase/nodes");

describe("our contracts", () => {
  it("derive the schema of the whole state from the keys", () => {
    const contract = usable(TIDE);
    expect(contract.inputState).toEqual({
      type: "object",
      properties: { "document.text": { type: "string" }, "document.lang": { type: "string" } },
      required: ["document.text"],
      additionalProperties: false,
    });
    expect(contract.inputs["document.lang"]).toEqual({ schema: { type: "string" }, optional: true });
    expect(Object.keys(contract.outputs)).toEqual(["tide.table"]);
  });

  it("are computed by default, cheaply and without caching", () => {
    const { kind, execution, config, group, graph } = usable(TIDE);
    expect({ kind, config, group, graph }).toEqual({ kind: "compute", config: {}, group: null, graph: null });
    expect(execution).toEqual({
      cost: 1,
      latencyMs: 10,
      timeoutMs: 1_000,
      retry: { maxRetries: 3, backoff: "exponential", baseMs: 100, maxMs: 5_000 },
      cache: null,
    });
  });

  it("say how they are run", () => {
    const execution = {
      cost: 5,
      latency_ms: 200,
      timeout_ms: 30_000,
      retry: { max_retries: 0, backoff: "fixed" },
      cache: { ttl_s: 1.5 },
    };
    expect(usable(change({ execution, kind: "effect", group: "mail", config: { a: 1 } }))).toMatchObject({
      kind: "effect",
      group: "mail",
      config: { a: 1 },
      execution: {
        cost: 5,
        timeoutMs: 30_000,
        retry: { maxRetries: 0, backoff: "fixed", baseMs: 100 },
        cache: { ttlMs: 1_500 },
      },
    });
  });

  it.each<readonly [JsonObject, readonly string[]]>([
    [{ node_name: "Tide Table" }, ["ST001 $.node_name"]],
    [{ node_version: "1.0" }, ["ST001 $.node_version"]],
    [{ kind: "spell" }, ["ST001 $.kind"]],
    [{ execution: { timeout_ms: 99 } }, ["ST001 $.execution.timeout_ms"]],
    [{ execution: { timeout_ms: 600_001 } }, ["ST001 $.execution.timeout_ms"]],
    [{ execution: { cost: -1 } }, ["ST001 $.execution.cost"]],
    [{ execution: { retry: { max_retries: 11 } } }, ["ST001 $.execution.retry.max_retries"]],
    [{ execution: { retry: { base_ms: 500, max_ms: 400 } } }, ["ST001 $.execution.retry.max_ms"]],
    [{ execution: { timeout: 5 } }, ["ST001 $.execution"]],
    [{ execution: { cache: { ttl_s: 0 } } }, ["ST001 $.execution.cache.ttl_s"]],
    [{ input_contract: { "two words": {} } }, ['ST001 $.input_contract["two words"]', "ST009 $.optional_inputs"]],
    [{ input_contract: { a: "string" } }, ["ST001 $.input_contract.a"]],
    [{ optional_inputs: ["document.size"] }, ["ST009 $.optional_inputs"]],
    [{ output_contract: { a: { type: "objec" } } }, ["ST007 $.output_contract.a.type"]],
    [{ output_contract: null }, ["ST003 $"]],
    [{ input_contract: null, optional_inputs: null }, ["ST002 $"]],
    [{ contract_version: "2.0.0" }, ["SC008 $.contract_version"]],
    [{ error_state: { type: "objec" } }, ["ST007 $.error_state.type"]],
    [{ output_contract: { a: { pattern: "a(?=b)" } } }, ["ST007 $.output_contract.a.pattern"]],
    [
      { input_contract: { a: { items: { patternProperties: { "(a)\\1": {} } } } }, optional_inputs: null },
      ['ST007 $.input_contract.a.items.patternProperties["(a)\\\\1"]'],
    ],
    [
      { output_contract: null, output_state: { properties: { a: { anyOf: [{ pattern: "(?<!a)b" }] } } } },
      ["ST007 $.output_state.properties.a.anyOf[0].pattern"],
    ],
    [{ error_state: { dependencies: { a: { pattern: "(?!a)" } } } }, ["ST007 $.error_state.dependencies.a.pattern"]],
    [{ examples: { valid_input: { "document.text": 1 } } }, ['ST010 $.examples.valid_input["document.text"]']],
    [{ examples: { valid_output: {} } }, ["ST010 $.examples.valid_output"]],
  ])("%j is refused", (more, expected) => {
    const found = refusals(change(more));
    expect(found).toEqual(expect.arrayContaining([expected[0]]));
    expect(found.filter((one) => !expected.includes(one))).toEqual([]);
  });

  const many = (count: number, value: (i: number) => JsonValue): JsonObject =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, value(i)]));

  it.each<readonly [string, JsonObject, string]>([
    ["keys", { input_contract: many(1_001, () => ({})), optional_inputs: null }, "ST001 $.input_contract"],
    [
      "properties",
      { output_contract: null, output_state: { properties: many(1_001, () => ({})) } },
      "ST001 $.output_state",
    ],
    ["values", { config: { list: Array.from({ length: 10_001 }, () => 1) } }, "ST001 $"],
    [
      "work for an example",
      {
        output_contract: {
          a: { allOf: Array.from({ length: 500 }, (_, i) => ({ pattern: `^(?:[a-z]|${i})*x?[a-z]{20}$` })) },
        },
        examples: { valid_output: { a: "abc".repeat(10_000) } },
      },
      "ST010 $.examples.valid_output.a",
    ],
    [
      "definitions that every property takes along",
      {
        output_contract: null,
        output_state: {
          properties: many(500, () => ({ $ref: "#/$defs/shared" })),
          $defs: { shared: { enum: Array.from({ length: 500 }, (_, i) => i) } },
        },
      },
      "ST007 $.output_state.properties.k199",
    ],
  ])("refuse too many %s", (_what, more, expected) => {
    expect(refusals(change(more))).toEqual([expected]);
  });

  it("takes along the definitions a property needs, and no others", () => {
    const state = {
      properties: { a: { $ref: "#/$defs/list" }, b: { $ref: "#/definitions/word" }, c: { $ref: "#/properties/b" } },
      $defs: {
        list: { items: { $ref: "#/$defs/item" } },
        item: { $ref: "#/definitions/word" },
        other: { type: "null" },
      },
      definitions: { word: { type: "string" } },
    };
    const loaded = contractFrom(change({ output_contract: null, output_state: state }));
    if (!loaded.ok) return expect.fail(JSON.stringify(loaded.error));
    const { a = {}, b = {}, c = {} } = loaded.value.contract.outputs;
    const kept = (schema: JsonSchema): unknown => (schema["$defs"] as JsonObject)["__whole_state"];
    expect([JSON.stringify(a).includes('"null"'), kept(b)]).toEqual([
      false,
      { definitions: { word: { type: "string" } } },
    ]);
    expect(kept(c)).toMatchObject({ properties: {}, $defs: {}, definitions: {} });
    expect([validateState(a, ["x"]), validateState(a, [1])]).toMatchObject([[], [{ place: "$[0]" }]]);
    expect([b, c].map((schema) => validateState(schema, 1).length)).toEqual([1, 1]);
  });

  it("list everything wrong at once", () => {
    const found = refusals(
      change({
        node_name: "T",
        output_contract: { a: { type: "objec", $ref: "https://x" } },
        execution: { cost: "cheap" },
      }),
    );
    expect(found.toSorted(byText)).toEqual([
      "ST001 $.execution.cost",
      "ST001 $.node_name",
      "ST007 $.output_contract.a.$ref",
      "ST007 $.output_contract.a.type",
    ]);
  });

  it("accept newer minor versions, and keep and report unknown fields", () => {
    const loaded = contractFrom(change({ contract_version: "1.9.0", performance: { p95: 1 } }));
    expect(loaded.ok && loaded.value.warnings).toMatchObject([
      { code: "SC010", severity: "warning", place: "$.performance" },
    ]);
    expect(loaded.ok && loaded.value.contract.source).toMatchObject({ performance: { p95: 1 } });
  });
});

describe("contracts that describe whole states only", () => {
  const whole = (more: JsonObject = {}): JsonObject => ({
    contract_schema_version: "1.0.0",
    node_id: "tide",
    node_version: "1.0.0",
    input_state: {
      type: "object",
      properties: { version: { type: "string" }, port: { $ref: "#/definitions/Port" } },
      required: ["version"],
      definitions: { Port: { type: "string", minLength: 3 } },
    },
    output_state: { properties: { status: { type: "string", nullable: true } }, required_fields: ["status"] },
    ...more,
  });

  it("give their properties as keys, and each key a schema that stands alone", () => {
    const contract = usable(whole());
    expect(contract).toMatchObject({ nodeName: "tide", contractVersion: "1.0.0" });
    expect(Object.entries(contract.inputs).map(([key, { optional }]) => [key, optional])).toEqual([
      ["version", false],
      ["port", true],
    ]);
    const port = contract.inputs["port"]?.schema ?? {};
    expect(validateState(port, "Brest")).toEqual([]);
    expect(validateState(port, "x")).toHaveLength(1);
    expect(contract.outputs).toEqual({ status: { type: ["string", "null"] } });
    expect(contract.outputState).toMatchObject({ type: "object", required: ["status"] });
  });

  it.each<readonly [JsonObject, string]>([
    [{ input_state: { type: "array" } }, "ST007 $.input_state.type"],
    [
      { input_state: { type: "object", properties: { "two words": {} } } },
      'ST007 $.input_state.properties["two words"]',
    ],
    [{ input_state: { type: "object", properties: {}, required: ["a"] } }, "ST006 $.input_state.required"],
    [
      { input_state: { type: "object", properties: { a: { $ref: "#/definitions/Gone" } } } },
      "ST007 $.input_state.properties.a.$ref",
    ],
    [{ optional_inputs: ["gone"] }, "ST009 $.optional_inputs"],
  ])("%j is refused", (more, expected) => {
    expect(refusals(whole(more))).toEqual([expected]);
  });

  it("references between the properties of a state survive", () => {
    const contract = usable(
      whole({
        input_state: {
          type: "object",
          properties: {
            a: { type: "integer" },
            b: { type: "array", items: { $ref: "#/properties/a" } },
            c: { type: "array", items: { $ref: "#/properties/c" } },
          },
        },
      }),
    );
    expect(validateState(contract.inputs["b"]?.schema ?? {}, [1, "x"])).toHaveLength(1);
    expect(validateState(contract.inputs["c"]?.schema ?? {}, [[], [[]]])).toEqual([]);
    expect(validateState(contract.inputs["c"]?.schema ?? {}, [[], [1]])).toHaveLength(1);
  });
});

describe("both forms at once", () => {
  const both = (inputState: JsonObject): JsonObject => change({ input_state: inputState });
  const properties = { "document.text": { type: "string" }, "document.lang": { type: "string" } };

  it("may agree", () => {
    const contract = usable(both({ type: "object", properties, required: ["document.text"] }));
    expect(contract.inputState).toEqual({ type: "object", properties, required: ["document.text"] });
  });

  it("take what is optional from the state when the contract does not say", () => {
    const contract = usable({
      ...both({ type: "object", properties, required: ["document.lang"] }),
      optional_inputs: null,
    });
    expect(contract.inputs["document.text"]?.optional).toBe(true);
  });

  it.each<readonly [JsonObject, string]>([
    [
      { type: "object", properties: { "document.text": {} }, required: ["document.text"] },
      'ST009 $.input_contract["document.lang"]',
    ],
    [
      { type: "object", properties: { ...properties, extra: {} }, required: ["document.text"] },
      "ST009 $.input_state.properties.extra",
    ],
    [{ type: "object", properties, required: ["document.text", "document.lang"] }, "ST009 $.input_state.required"],
  ])("%j disagrees", (state, expected) => {
    expect(refusals(both(state))).toEqual([expected]);
  });
});

describe("loadContract", () => {
  it("names the line of broken YAML", () => {
    const loaded = loadContract("node_name: tide\nnode_version: [1\n");
    expect(loaded.ok ? [] : loaded.error).toMatchObject([
      { code: "ST001", place: expect.stringMatching(/^line [23]$/) as string },
    ]);
  });

  it("refuses aliases, duplicate keys and what is no mapping", () => {
    for (const text of ["a: &a 1\nb: *a", "node_name: a\nnode_name: b", "- a", "", "text"]) {
      const loaded = loadContract(text);
      expect(loaded.ok ? [] : loaded.error.map(({ code }) => code)).toEqual(["ST001"]);
    }
  });

  it("is total", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom(...Object.keys(TIDE), "input_state", "output_state", "examples", "execution", "graph"),
          fc.jsonValue(),
        ),
        (more) => {
          contractFrom({ ...TIDE, ...(more as JsonObject) });
          contractFrom(more as JsonObject);
        },
      ),
    );
  });
});

describe.skipIf(!existsSync(NODES))("real contracts (skipped when ../shared is absent)", () => {
  it("can all be used, and their own examples satisfy them", () => {
    for (const node of readdirSync(NODES)) {
      const loaded = loadContract(readFileSync(join(NODES, node, "contract.yaml"), "utf8"));
      expect([node, loaded.ok ? [] : loaded.error]).toEqual([node, []]);
      if (!loaded.ok) continue;
      const { contract } = loaded.value;
      expect([contract.nodeName, contract.inputs["version"]?.optional]).toEqual([node, false]);
      expect(contract.examples.validInput).not.toBeNull();
    }
  });

  it("an unknown type in one of them is found where it is", () => {
    const text = readFileSync(join(NODES, "logger_node/contract.yaml"), "utf8").replace(
      "type: object\n  properties:\n    version:\n      type: string",
      "type: object\n  properties:\n    version:\n      type: objec",
    );
    const loaded = loadContract(text);
    expect(loaded.ok ? [] : loaded.error).toMatchObject([
      { code: "ST007", place: "$.input_state.properties.version.type" },
    ]);
  });
});
