import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../contracts/json/json.ts";
import { validateState } from "../../src/core/contract/validate-state.ts";
import { bench } from "./bench-of-ports.ts";
import { definitionOf } from "./built-in.ts";

const FOLDER = fileURLToPath(new URL("../../docs/examples/", import.meta.url));

/** What the reports on the documents that ship must say. */
const EXPECTED: Readonly<Record<string, object>> = {
  "verified_onex.md": {
    name: "verified_onex.md",
    dialect: "ONEX",
    hash: "verified",
    profile: "canonical",
    valid: true,
    problems: [],
  },
  "verified_g2.md": {
    name: "verified_g2.md",
    dialect: "G2",
    hash: "verified",
    profile: "permissive",
    valid: true,
    problems: [],
  },
  "verified_g1.md": {
    name: "verified_g1.md",
    dialect: "G1",
    hash: "verified",
    profile: "permissive",
    valid: true,
    problems: [],
  },
  "tampered_onex.md": {
    name: "tampered_onex.md",
    dialect: "ONEX",
    hash: "mismatch",
    profile: "canonical",
    valid: true,
    problems: [{ code: "MD003" }],
  },
  "unstamped.md": {
    name: null,
    dialect: "none",
    hash: "absent",
    profile: "permissive",
    valid: false,
    problems: [{ code: "MD001" }],
  },
};

/** The four nodes, in the order a plan runs them. */
async function reportOn(text: string): Promise<JsonObject> {
  const on = await bench();
  let known: JsonObject = { "document.text": text };
  for (const name of ["metadata_extract", "metadata_validate", "hash_verify", "metadata_report"]) {
    const node = definitionOf(name);
    const input = Object.fromEntries(Object.entries(known).filter(([key]) => Object.hasOwn(node.inputs, key)));
    known = { ...known, ...(await on.execute(node, input)).result };
  }
  return known["metadata.report"] as JsonObject;
}

describe("any text at all", () => {
  it("gives a report that keeps its contract", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(
          fc.constantFrom(
            "<!-- === ONEX:Metadata ===",
            "=== /ONEX:Metadata === -->",
            "hash: x",
            "name: [",
            "---",
            "",
            "# x",
          ),
        )
        .map((lines) => lines.join("\n")),
    );
    const { outputState } = definitionOf("metadata_report");
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        expect(validateState(outputState, { "metadata.report": await reportOn(one) })).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});

describe("the documents that ship", () => {
  it("are all expected here", () => {
    const documents = readdirSync(FOLDER).filter((file) => file.endsWith(".md") && file !== "README.md");
    expect(documents.sort()).toEqual(Object.keys(EXPECTED).sort());
  });

  it.each(Object.entries(EXPECTED))("%s", async (file, expected) => {
    expect(await reportOn(readFileSync(FOLDER + file, "utf8"))).toMatchObject(expected);
  });

  it("are told apart from an edited copy, wherever the edit is", async () => {
    const text = readFileSync(`${FOLDER}verified_onex.md`, "utf8");
    for (const at of [5, 200, text.length - 1]) {
      const edited = text.slice(0, at) + (text[at] === "x" ? "y" : "x") + text.slice(at + 1);
      expect((await reportOn(edited))["hash"]).not.toBe("verified");
    }
  });
});
