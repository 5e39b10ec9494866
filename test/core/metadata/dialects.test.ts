import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { locateBlock } from "../../../src/core/metadata/locate.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures/dialects");
const SHARED = join(import.meta.dirname, "../../../../shared");

interface Expected {
  readonly file: string;
  readonly dialect: string | null;
  readonly hash: string;
  readonly expected_hash?: string;
}
const load = (file: string): string => readFileSync(join(FIXTURES, file), "utf8");
const expectations = JSON.parse(load("expected.json")) as readonly Expected[];

describe("block dialects", () => {
  it.each(expectations)("$file is $dialect, $hash", ({ file, dialect, hash, expected_hash: known }) => {
    const reading = readBlock(load(file), { path: file });
    expect([reading.dialect, reading.hash]).toEqual([dialect, hash]);
    if (known !== undefined) expect([reading.declaredHash, reading.computedHash]).toEqual([known, known]);
    if (hash === "mismatch") expect(reading.computedHash).not.toBe(reading.declaredHash);
  });

  it("keeps values with colons, and their lines", () => {
    const reading = readBlock(load("g0_verified.md"));
    expect(reading.fields).toMatchObject({ description: "Tides: how the table is read", version: "1.2.0" });
    expect(reading.fieldLines["description"]).toBe(13);
    expect(reading.lines).toEqual({ open: 1, close: 21 });
  });

  it("reads timestamps and versions as text", () => {
    for (const file of ["g0_verified.md", "g1_verified.md", "g2_verified.md"]) {
      expect(readBlock(load(file)).fields).toMatchObject({
        created_at: "2025-05-20T08:00:00Z",
        schema_version: "0.1.0",
      });
    }
    expect(readBlock(load("g2_verified.md")).fields["tools"]).toBeNull();
  });

  it("accepts two, three and four newlines between block and body, and no other number of them in the hash", () => {
    const text = load("g1_three_newlines.py.txt");
    // Leading newlines of the body are not hashed: any number on disk is the same document.
    for (const gap of ["\n", "\n\n", "\n\n\n", "\n\n\n\n\n\n"]) {
      expect(readBlock(text.replace("===\n\n\ndef", `===${gap}def`)).hash).toBe("verified");
    }
  });

  it("folds the body's CRLF and strips what follows it, and nothing else", () => {
    const text = load("g1_verified.md");
    const at = text.indexOf("# Tide table");
    expect(readBlock(text.slice(0, at) + text.slice(at).replaceAll("\n", "\r\n")).hash).toBe("verified");
    expect(readBlock(`${text} \t\n\n`).hash).toBe("verified");
    expect(readBlock(text.replace("# Tide table\n", "# Tide table \n")).hash).toBe("mismatch");
    expect(readBlock(text.replace("# Tide table", " # Tide table")).hash).toBe("mismatch");
  });

  it("a whole file with CRLF is the same document, except in the dialect that hashes the file as it is", () => {
    expect(readBlock(load("g1_verified.md").replaceAll("\n", "\r\n")).hash).toBe("verified");
    expect(readBlock(load("g2_verified.md").replaceAll("\n", "\r\n")).hash).toBe("verified");
    expect(readBlock(load("g0_verified.md").replaceAll("\n", "\r\n")).hash).toBe("mismatch");
  });

  it("last_modified_at is not part of the hash in the second and third generation", () => {
    for (const file of ["g1_verified.md", "g2_verified.md"]) {
      expect(readBlock(load(file).replace("2025-05-21T09:30:00Z", "2026-01-01T00:00:00Z")).hash).toBe("verified");
    }
    expect(readBlock(load("g0_verified.md").replace("2025-05-21T09:30:00Z", "2026-01-01T00:00:00Z")).hash).toBe(
      "mismatch",
    );
  });

  it("the oldest dialect was hashed with or without one more newline at the end", () => {
    const text = load("g0_verified.md");
    expect(readBlock(text.slice(0, -1)).hash).toBe("verified");
    expect(readBlock(text.slice(0, -2)).hash).toBe("mismatch");
    expect(readBlock(`${text}\n`).hash).toBe("mismatch");
  });

  it("a hash of other digits, of upper case or of another length is never verified", () => {
    const text = load("g1_verified.md");
    const hash = "edd9cebfe2713b19f6008f0d260c482550ab6a835021766da8f146dce60fc94f";
    expect(readBlock(text.replace(hash, hash.toUpperCase())).hash).toBe("mismatch");
    expect(readBlock(text.replace(hash, hash.slice(1))).hash).toBe("malformed");
    expect(readBlock(text.replace(hash, `${hash}0`)).hash).toBe("malformed");
    expect(readBlock(text.replace(hash, "<to-be-stamped>")).hash).toBe("malformed");
    expect(readBlock(text.replace(hash, "")).hash).toBe("malformed");
    expect(readBlock(text.replace(`hash: ${hash}\n`, "")).hash).toBe("absent");
    expect(readBlock(text.replace(hash, "0".repeat(64))).hash).toBe("placeholder");
    expect(readBlock(text.replace(`hash: ${hash}`, `hash: ${hash}\nhash: ${hash}`)).hash).toBe("malformed");
  });

  const verified = expectations
    .filter(({ hash, dialect }) => hash === "verified" && dialect !== "G0")
    .map(({ file }) => load(file));
  it("an edit of a field or of the body's text is never verified", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...verified),
        fc.nat(),
        fc.constantFrom("x", "0", " ", "\n", ":", "#"),
        (text, at, char) => {
          const location = locateBlock(text);
          const close = location.kind === "block" ? location.span.close : null;
          const body = text.slice(close?.next ?? 0);
          const from = text.indexOf("\n") + 1;
          const end = text.length - (body.length - body.trimEnd().length);
          const i = from + (at % (end - from));
          const line = text.slice(text.lastIndexOf("\n", i - 1) + 1, text.indexOf("\n", i));
          const gap = i >= (close?.end ?? 0) && text.slice(close?.end ?? 0, i).trim() === "";
          fc.pre(text[i] !== char && !/last_modified_at:/.test(line) && !gap && text[i] !== "\n" && text[i] !== "\r");
          expect(readBlock(text.slice(0, i) + char + text.slice(i + 1)).hash).not.toBe("verified");
        },
      ),
      { numRuns: 1500 },
    );
  });
});

describe("comment styles of the earlier dialects", () => {
  const markdown = load("g1_verified.md");
  const bodyOf = markdown.slice(markdown.indexOf("# Tide table"));
  const lines = markdown.slice(markdown.indexOf("\n") + 1, markdown.indexOf("\n<!-- === /")).split("\n");

  it.each([
    ["//", "// "],
    ["--", "-- "],
    ["#", "# "],
  ])("reads %s comments and tells every edit", (_, prefix) => {
    const block = [`=== OmniNode:Metadata ===`, ...lines, "=== /OmniNode:Metadata ==="]
      .map((line) => prefix + line)
      .join("\n");
    const text = `${block}\n\n${bodyOf}`;
    const reading = readBlock(text);
    expect(reading.dialect).toBe("G1");
    expect(reading.hash).toBe("mismatch");
    const declared = "edd9cebfe2713b19f6008f0d260c482550ab6a835021766da8f146dce60fc94f";
    const restamped = text.replace(declared, reading.computedHash ?? "");
    expect(readBlock(restamped).hash).toBe("verified");
    expect(readBlock(restamped.replace("Tide Desk", "Tide desk")).hash).toBe("mismatch");
  });

  it("reads bare fields between # delimiters, as YAML files carry them", () => {
    const text = `# === OmniNode:Metadata ===\n${lines.join("\n")}\n# === /OmniNode:Metadata ===\n\na: 1\n`;
    expect(readBlock(text)).toMatchObject({
      dialect: "G1",
      fields: { name: "tide_table.md" },
      errors: [{ code: "MD003" }],
    });
  });

  it("reads the oldest dialect in Python files, whichever rule its hash follows", () => {
    const fields = [
      "metadata_version: 0.1.0",
      "schema_version: 1.1.0",
      "uuid: 5b7c2f0e-3f3a-4c55-8a5e-0d8f1c9b7a11",
      "name: a.py",
      `hash: ${"a".repeat(64)}`,
    ];
    const text = `${["=== OmniNode:Metadata ===", ...fields, "=== /OmniNode:Metadata ==="].map((line) => `# ${line}`).join("\n")}\n\nx = 1\n`;
    const reading = readBlock(text);
    expect([reading.dialect, reading.hash]).toEqual(["G0", "mismatch"]);
    const restamped = readBlock(text.replace("a".repeat(64), reading.computedHash ?? ""));
    expect([restamped.dialect, restamped.hash]).toEqual(["G0", "verified"]);
  });

  it("reads nested and folded values", () => {
    const text = [
      "# === OmniNode:Metadata ===",
      "# description: a description that was folded",
      "#   over two lines: with a colon",
      "# entrypoint:",
      "#   type: python",
      "#   target: a.py",
      "# namespace:",
      "#   value: py://omnibase.a",
      "# tags:",
      "# - one",
      "# - two",
      "# tools: {}",
      "# === /OmniNode:Metadata ===",
    ].join("\n");
    const reading = readBlock(text);
    expect(reading.errors).toEqual([]);
    expect(reading.fields).toEqual({
      description: "a description that was folded over two lines: with a colon",
      entrypoint: { type: "python", target: "a.py" },
      namespace: { value: "py://omnibase.a" },
      tags: ["one", "two"],
      tools: {},
    });
  });

  it("calls a stamp without time a placeholder of the fourth generation, with or without document markers", () => {
    const marked = load("g3_placeholder.md");
    const unmarked = marked.replace("---\n", "").replace("...\n", "");
    for (const text of [marked, unmarked])
      expect(readBlock(text)).toMatchObject({ dialect: "G3", hash: "placeholder" });
  });
});

describe.skipIf(!existsSync(SHARED))("documents outside the project (skipped when ../shared is absent)", () => {
  const seed = (number: string): string => {
    const file = readdirSync(join(SHARED, "seeds")).find((name) => name.startsWith(number)) as string;
    return readFileSync(join(SHARED, "seeds", file), "utf8");
  };

  it.each([
    ["000", "G0", "mismatch"],
    ["001", null, "absent"],
    ["002", "G2", "mismatch"],
    ["003", "G2", "verified"],
    ["004", null, "absent"],
  ])("seed %s is %s, %s", (number, dialect, hash) => {
    expect(readBlock(seed(number))).toMatchObject({ dialect, hash });
  });

  it("every real stamped schema verifies as the second generation", () => {
    for (const folder of ["schemas", "schemas_testdata"]) {
      const path = join(SHARED, "fixtures/omnibase", folder);
      for (const file of readdirSync(path).filter(
        (name) => name.endsWith(".yaml") && name !== "valid_onex_node.yaml",
      )) {
        const { dialect, hash } = readBlock(readFileSync(join(path, file), "utf8"), { path: file });
        expect([file, dialect, hash]).toEqual([file, "G1", "verified"]);
      }
    }
  });

  it("real node.onex.yaml files are read and cannot be verified", () => {
    const nodes = join(SHARED, "fixtures/omnibase/nodes");
    for (const node of readdirSync(nodes)) {
      const text = readFileSync(join(nodes, node, "node.onex.yaml"), "utf8");
      for (const hint of [{}, { path: `${node}/node.onex.yaml` }]) {
        const reading = readBlock(text, hint);
        expect(reading).toMatchObject({ dialect: null, hash: "unverifiable", lines: null, errors: [] });
        expect(reading.fields["name"]).toBe(node);
      }
    }
  });

  it("real contracts verify by the rule of contracts, and one changed word is found", () => {
    const nodes = join(SHARED, "fixtures/omnibase/nodes");
    for (const node of readdirSync(nodes)) {
      const text = readFileSync(join(nodes, node, "contract.yaml"), "utf8");
      expect(readBlock(text)).toMatchObject({ dialect: null, fields: {}, hash: "verified", errors: [] });
      expect(readBlock(text.replace("type: string", "type: number"))).toMatchObject({
        hash: "mismatch",
        errors: [{ code: "MD003" }],
      });
      expect(readBlock(text.replace(/last_modified_at: .*/, "last_modified_at: never")).hash).toBe("verified");
      expect(readBlock(text.replace(/^hash: .*/m, "hash: <to-be-stamped>")).hash).toBe("malformed");
    }
  });

  it("trees, messages and contracts that were never stamped are not mistaken for metadata", () => {
    const root = join(SHARED, "fixtures/omnibase");
    for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
      if (!/orchestrators.*\.yaml$|\.(onex)?tree$|messages.*yaml$/.test(file)) continue;
      expect([file, readBlock(readFileSync(join(root, file), "utf8"), { path: file }).hash]).toEqual([file, "absent"]);
    }
  });
});
