import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import { validateMetadata } from "../../../src/core/metadata/profile.ts";
import { readYaml } from "../../../src/core/metadata/yaml.ts";
import { NOW, options, stamped, text, UUID } from "./support/blocks.ts";

const block = (...lines: readonly string[]): string =>
  ["<!-- === OmniNode:Metadata ===", ...lines, "<!-- === /OmniNode:Metadata === -->", "", "body", ""].join("\n");
const codesAt = (source: string): readonly (readonly [string, number | null])[] =>
  readBlock(source)
    .errors.filter((found) => found.severity === "error")
    .map((found) => [found.code, found.line]);

const line = fc.oneof(
  text,
  fc
    .tuple(fc.constantFrom("name", "hash", "uuid", "tags", "entrypoint", "version", "'q'", '"q"', "lifecycle"), text)
    .map(([key, value]) => `${key}: ${value}`),
  text.map((value) => `# ${value}`),
  text.map((value) => `  ${value}`),
  text.map((value) => `- ${value}`),
  text.map((value) => `<!-- ${value} -->`),
  fc.constantFrom(
    "<!-- === OmniNode:Metadata ===",
    "<!-- === /OmniNode:Metadata === -->",
    "=== /OmniNode:Metadata === -->",
    "# === OmniNode:Metadata ===",
    "# === /OmniNode:Metadata ===",
    "<!-- === ONEX:Metadata ===",
    "=== /ONEX:Metadata === -->",
    "// === ONEX:Metadata ===",
    "// === /ONEX:Metadata ===",
    "---",
    "...",
    "#!/bin/sh",
  ),
);

describe("any text at all", () => {
  it("gives a reading: never an exception, and a verdict of the closed list", () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.constantFrom("\n", "\r\n"),
        fc.constantFrom(undefined, "node.onex.yaml", "a.md", "a.yaml"),
        (lines, feed, path) => {
          const source = lines.join(feed);
          const reading = readBlock(source, path === undefined ? {} : { path });
          expect(["verified", "mismatch", "placeholder", "absent", "malformed", "unverifiable"]).toContain(
            reading.hash,
          );
          if (reading.hash === "verified") expect(reading.computedHash).toBe(reading.declaredHash);
          if (reading.lines === null) expect(reading.dialect).toBeNull();
          expect(source.endsWith(reading.body)).toBe(true);
          JSON.stringify(reading);
          for (const profile of ["canonical", "permissive"] as const)
            validateMetadata(reading.fields, profile, reading.fieldLines);
          const result = stamp(source, options(path === undefined ? {} : { path }));
          if (result.ok) expect(readBlock(result.value.text).hash).toBe("verified");
        },
      ),
      { numRuns: 600 },
    );
  });
});

describe("damaged blocks are reported with their place", () => {
  it.each([
    ["an unclosed block", "<!-- === OmniNode:Metadata ===\nname: x\n", [["MD002", 1]]],
    ["an unclosed block below a shebang", "#!/bin/sh\n\n# === ONEX:Metadata ===\n# name: x\n", [["MD002", 3]]],
    [
      "a block closed in another comment style",
      "# === ONEX:Metadata ===\n# name: x\n// === /ONEX:Metadata ===\n",
      [["MD002", 1]],
    ],
    ["a block closed by the other family", "# === ONEX:Metadata ===\n# === /OmniNode:Metadata ===\n", [["MD002", 1]]],
    ["a duplicate key", block("name: x", "owner: a", "name: y"), [["MD002", 4]]],
    ["a line that is no field", block("name: x", "no field at all"), [["MD002", 3]]],
    ["an alias", block("name: x", "tags: *all"), [["SC001", 3]]],
    ["an anchor", block("name: &n x"), [["SC001", 2]]],
    ["an alias in a collection", block("tags: [*a]"), [["SC001", 2]]],
    ["a tag", block("name: !!binary x"), [["SC001", 2]]],
    ["a duplicate key in a mapping", block("entrypoint: {type: a, type: b}"), [["SC001", 2]]],
    ["a broken mapping", block("name: x", "entrypoint: {type: python"), [["SC001", 3]]],
    ["a tab for indentation", block("entrypoint:", "\ttype: python"), [["SC001", 2]]],
    ["an unterminated quote", block("name: 'x", "owner: y"), [["SC001", 2]]],
    [
      "a prefixed block with a bare line",
      "# === OmniNode:Metadata ===\n# name: x\nowner: y\n# === /OmniNode:Metadata ===\n",
      [["MD002", 3]],
    ],
  ])("%s", (_, source, expected) => {
    expect(codesAt(source)).toEqual(expected);
    expect(readBlock(source).hash).not.toBe("verified");
  });

  it("two blocks at the top: an error at the second, the first is judged", () => {
    const one = stamped("");
    const reading = readBlock(`${one}\n${one}`);
    expect(reading.errors).toContainEqual(
      expect.objectContaining({ code: "MD002", line: (reading.lines?.close ?? 0) + 2 }),
    );
    expect(reading.hash).toBe("mismatch");
  });

  it("a byte order mark and CRLF in the block are warnings of the earlier dialects", () => {
    const source = block("name: x", `hash: ${"a".repeat(64)}`);
    const warnings = (changed: string): readonly string[] =>
      readBlock(changed)
        .errors.filter((found) => found.severity === "warning")
        .map((found) => found.message);
    expect(warnings(`\ufeff${source}`)).toEqual(["the file starts with a byte order mark"]);
    expect(warnings(source.replaceAll("\n", "\r\n"))).toEqual(["the block has CRLF line breaks"]);
    expect(warnings(source)).toEqual([]);
  });

  it("text that is not Unicode is never verified", () => {
    expect(readBlock(block("name: \ud800", `hash: ${"a".repeat(64)}`)).hash).toBe("malformed");
  });
});

describe("what is not a block", () => {
  it.each([
    ["a block below text", "text\n\n<!-- === ONEX:Metadata ===\nname: x\n=== /ONEX:Metadata === -->\n"],
    [
      "a block below an import",
      "from x import y\n\n# === OmniNode:Metadata ===\n# name: x\n# === /OmniNode:Metadata ===\n",
    ],
    [
      "an indented block, which Markdown shows as code",
      "    <!-- === ONEX:Metadata ===\n    name: x\n    === /ONEX:Metadata === -->\n",
    ],
    ["a block in a code fence", "```\n<!-- === ONEX:Metadata ===\nname: x\n=== /ONEX:Metadata === -->\n```\n"],
    ["a block in a string", 'text = """\n# === OmniNode:Metadata ===\n# === /OmniNode:Metadata ===\n"""\n'],
    ["front matter", "---\ntitle: x\n---\n"],
    ["nothing", ""],
    ["blank lines", "\n\n  \n"],
    ["a shebang alone", "#!/bin/sh"],
  ])("%s", (_, source) => {
    expect(readBlock(source)).toMatchObject({ dialect: null, hash: "absent", lines: null, errors: [], body: source });
  });

  it("delimiters in values and in the body are text", () => {
    const source = stamped("# === /ONEX:Metadata ===\n<!-- === ONEX:Metadata ===\n", {
      fields: { description: "=== /ONEX:Metadata === -->" },
    });
    expect(readBlock(source)).toMatchObject({
      hash: "verified",
      fields: { description: "=== /ONEX:Metadata === -->" },
    });
  });

  it("keys of the prototype are data", () => {
    const reading = readBlock(block("__proto__: {polluted: true}", "constructor: 1", "x_extensions: {__proto__: 1}"));
    expect(Object.keys(reading.fields)).toEqual(["__proto__", "constructor", "x_extensions"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("weapons are refused at once", () => {
  // Each of these keeps the YAML library itself busy for minutes, or exhausts the stack, when it is let.
  const weapons: readonly (readonly [string, string])[] = [
    ["nested flow maps", "{".repeat(16_384)],
    ["nested flow lists", "[".repeat(65_000)],
    ["nested explicit keys", "? ".repeat(16_384)],
    ["nested block lists", "- ".repeat(16_384)],
    ["a laugh of aliases", `{a: &a [x,x], b: &b [*a,*a], c: &c [*b,*b], d: [*c,*c]}`],
    ["quotes", '"'.repeat(60_000)],
    ["many short values", `[${"a,".repeat(30_000)}]`],
    ["many keys", `{${Array.from({ length: 8_000 }, (_, i) => `k${i}: 1`).join(",")}}`],
    ["one long line", "a".repeat(2_000_000)],
    ["many spaces", `x${" ".repeat(1_000_000)}y`],
    ["many comments", "a #".repeat(300_000)],
  ];
  it.each(weapons)("%s", (_, value) => {
    const source = block(`tags: ${value}`, `tags2:`, `  ${value}`);
    const reading = readBlock(source);
    expect(reading.lines).toEqual({ open: 1, close: 5 });
    expect(reading.hash).toBe("absent");
    readYaml(value);
  });

  it("many lines, many faults: the list of findings stays short", () => {
    const reading = readBlock(block(...Array.from({ length: 50_000 }, () => "no field")));
    expect(reading.errors.length).toBeLessThanOrEqual(100);
  });

  it("a text of many megabytes without a block", () => {
    for (const source of [
      "\n".repeat(4_000_000),
      "# a: b\n".repeat(500_000),
      "---\n".repeat(1_000_000),
      "a: 1\n".repeat(800_000),
    ]) {
      expect(readBlock(source).hash).toBe("absent");
      expect(readBlock(source, { path: "node.onex.yaml" }).hash).toBe("absent");
    }
    expect(readBlock("x".repeat(17 * 1024 * 1024)).hash).toBe("malformed");
  });
});

it("reads the project's own fixture of a trap the same with a hundred copies of the trap", () => {
  const trap = readFileSync(join(import.meta.dirname, "../../fixtures/dialects/trap_delimiters_in_body.md"), "utf8");
  const reading = readBlock(trap + trap.repeat(100));
  expect(reading).toMatchObject({ dialect: "G1", hash: "mismatch", lines: { open: 1, close: 21 } });
  expect(stamp(trap, options({ now: NOW, uuid: UUID })).ok).toBe(true);
});
