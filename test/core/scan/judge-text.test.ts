import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeText } from "../../../src/core/scan/judge-text.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import { NOW, UUID } from "../metadata/support/blocks.ts";
import "../../support/properties.ts";

const BOTH = ["canonical", "permissive"] as const;
const judge = (path: string, text: string) => judgeText(text, { path, profiles: BOTH }).verdict;

function stamped(path: string, body: string): string {
  const outcome = stamp(body, { path, now: NOW, uuid: UUID, author: "Tide Desk" });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value.text;
}

const CONTRACT = [
  "node_name: tide",
  "node_version: 1.0.0",
  "input_state: { type: object }",
  "output_state: { type: object }",
  "",
].join("\n");
const RESULT = {
  batch_id: "b1",
  status: "success",
  started_at: NOW,
  completed_at: NOW,
  results: [{ node_id: "tide@1.0.0", success: true, execution_time_ms: 4, status: "success" }],
};

describe("judgeText", () => {
  it("judges a contract by its content as well as by its name", () => {
    expect(judge("a/contract.yaml", CONTRACT).schema.state_contract).toBe("valid");
    expect(judge("a/tide_io.yaml", CONTRACT).schema.state_contract).toBe("valid");
    expect(judge("a/tide.yaml", "high: 1\nlow: 2\n").schema.state_contract).toBeUndefined();
  });

  it("refuses a JSON Schema type that does not exist, at the field it is in", () => {
    const verdict = judge(
      "contract.yaml",
      CONTRACT.replace("input_state: { type: object }", "input_state: { type: objec }"),
    );
    expect(verdict.schema.state_contract).toBe("invalid");
    expect(verdict.errors[0]).toMatchObject({ line: 3 });
    expect(verdict.errors[0]?.message).toContain("objec");
  });

  it("counts lines of a document below its block from the top of the file", () => {
    const text = stamped("contract.yaml", CONTRACT.replace("node_version: 1.0.0", "node_version: 1"));
    const line = text.split("\n").findIndex((one) => one.startsWith("node_version")) + 1;
    const verdict = judge("contract.yaml", text);
    expect([verdict.hash, verdict.schema.state_contract]).toEqual(["verified", "invalid"]);
    expect(verdict.errors.map((one) => one.line)).toEqual([line]);
  });

  it("accepts an execution result in either shape, and says what is wrong with one that has neither", () => {
    expect(judge("execution_result.json", JSON.stringify(RESULT, null, 2)).schema.execution_result).toBe("valid");
    expect(judge("one.yaml", "batch_id: b\nresults: []\n").schema.execution_result).toBe("invalid");
    expect(judge("execution_result.yaml", "status: success\noutput: {}\n").schema.execution_result).toBe("valid");
    const odd = judge("execution_result.json", JSON.stringify({ ...RESULT, status: "splendid" }, null, 2));
    expect(odd.errors).toHaveLength(1);
    expect(odd.errors[0]).toMatchObject({ code: "SC002", line: 3 });
  });

  it("does not take a schema for a document of its kind", () => {
    expect(
      judge("state_contract.json", `{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object"}`)
        .schema,
    ).toEqual({
      canonical: "absent",
      permissive: "absent",
    });
  });

  it("does not take another generation's contract for one of these", () => {
    const other = "name: x\nnode_type: ORCHESTRATOR_GENERIC\ncontract_version:\n  major: 1\n  minor: 0\n";
    expect(judge("contract.yaml", other).schema.state_contract).toBeUndefined();
  });

  it("is total: any text has a verdict, and only a true hash is verified", () => {
    const path = fc.constantFrom(
      "a.md",
      "contract.yaml",
      "node.onex.yaml",
      ".onextree",
      "x_onex_node.json",
      "execution_result.yaml",
      "a.py",
    );
    fc.assert(
      fc.property(path, fc.string({ unit: "binary", maxLength: 200 }), (name, text) => {
        expect(["verified"]).not.toContain(judge(name, text).hash);
      }),
    );
  });

  it("verifies no stamped document of any kind after any one-character edit", () => {
    const texts = [
      ["a.md", stamped("a.md", "# Tides\n")],
      ["contract.yaml", stamped("contract.yaml", CONTRACT)],
      [".onextree", stamped(".onextree", "name: x\ntype: directory\nchildren: []\n")],
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...texts),
        fc.nat(),
        fc.constantFrom("", "x", "\n", " "),
        ([path, text], at, inserted) => {
          const place = at % text.length;
          const edited = text.slice(0, place) + inserted + text.slice(place + 1);
          fc.pre(edited !== text);
          expect(judge(path, edited).hash).not.toBe("verified");
        },
      ),
    );
  });
});
