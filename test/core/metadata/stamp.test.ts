import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emitBlock } from "../../../src/core/metadata/emit.ts";
import { hasErrors } from "../../../src/core/metadata/problem.ts";
import { validateMetadata } from "../../../src/core/metadata/profile.ts";
import { readBlock } from "../../../src/core/metadata/read.ts";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import { readYaml } from "../../../src/core/metadata/yaml.ts";
import { fields, LATER, NOW, options, OTHER_UUID, stamped, style, UUID } from "./support/blocks.ts";

const PATHS = ["tide.md", "tide.py", "tide.ts", "tide.sql", "tide.toml", "tide.html", "nodes/tide/node.onex.yaml"];
const body = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc
    .array(
      fc.constantFrom("# head", "", "text", "\ttab", "line\r", "---", "#!/bin/sh", "key: value", "```", "<!-- x -->"),
    )
    .map((lines) => lines.join("\n")),
);

function problemsOf(text: string, more: Parameters<typeof options>[0] = {}): readonly string[] {
  const result = stamp(text, options(more));
  return result.ok ? [] : result.error.map((found) => found.code);
}

describe("stamp", () => {
  it("gives a verified, canonical block in our dialect, and the body as it was", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), body, (path, content) => {
        const reading = readBlock(stamped(content, { path }), { path });
        expect([reading.dialect, reading.hash]).toEqual(["ONEX", "verified"]);
        expect(hasErrors(validateMetadata(reading.fields, "canonical"))).toBe(false);
        const [before, after] = [content, reading.body].map((each) => each.replace(/^\ufeff?\s*/, ""));
        // What must stay first (a shebang, `---`) may stand above the block instead of below.
        expect(before?.endsWith(after ?? "")).toBe(true);
      }),
    );
  });

  it("is idempotent: a stamped file comes back byte for byte, whenever and by whom it is stamped", () => {
    fc.assert(
      fc.property(fc.constantFrom(...PATHS), body, (path, content) => {
        const once = stamped(content, { path });
        const again = stamp(once, options({ path, now: LATER, uuid: OTHER_UUID, author: "Somebody" }));
        expect(again).toEqual({ ok: true, value: { text: once, changed: false } });
      }),
    );
  });

  it("setting the fields a file has changes nothing", () => {
    const once = stamped("text", { fields: { tags: ["a", "b"], x_extensions: { b: 1, a: { d: [], c: null } } } });
    const again = stamp(
      once,
      options({ now: LATER, fields: { x_extensions: { a: { c: null, d: [] }, b: 1 }, tags: ["a", "b"] } }),
    );
    expect(again).toEqual({ ok: true, value: { text: once, changed: false } });
  });

  it("every one-character edit of block or body is detected", () => {
    const files = PATHS.map((path) =>
      stamped("#!/bin/sh\nTwice a day. \n\n  indented\n", { path, fields: { tags: ["tide"] } }),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...files),
        fc.nat(),
        fc.oneof(
          fc.constantFrom(" ", "\n", "\r", "\t", "0", "a", "'", "#", "-", "\ufeff", "\ufffd"),
          fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
        ),
        fc.constantFrom("insert", "delete", "replace"),
        (file, at, char, kind) => {
          const i = at % (file.length + 1);
          const tail = file.slice(kind === "insert" ? i : i + 1);
          const edited = file.slice(0, i) + (kind === "delete" ? "" : char) + tail;
          fc.pre(edited !== file);
          expect(readBlock(edited).hash).not.toBe("verified");
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("every single-character deletion and case change of one file is detected", () => {
    const file = stamped("# Tide\n\nHigh water comes twice a day.\n");
    for (let i = 0; i < file.length; i++) {
      expect(readBlock(file.slice(0, i) + file.slice(i + 1)).hash).not.toBe("verified");
      const flipped = /[a-z]/.test(file[i] as string) ? file[i]?.toUpperCase() : file[i]?.toLowerCase();
      if (flipped !== file[i])
        expect(readBlock(file.slice(0, i) + flipped + file.slice(i + 1)).hash).not.toBe("verified");
    }
  });

  it("half a surrogate pair is not the character it replaces", () => {
    const file = stamped("wave \ufffd\n");
    expect(readBlock(file).hash).toBe("verified");
    expect(readBlock(file.replace("\ufffd", "\ud83c")).hash).toBe("malformed");
  });

  it("uuid and created_at survive, last_modified_at moves with content only", () => {
    const once = stamped("text\n");
    const edited = stamped(once.replace("text", "other text"), { now: LATER, uuid: OTHER_UUID });
    const reading = readBlock(edited);
    expect(reading.fields).toMatchObject({ uuid: UUID, created_at: NOW, last_modified_at: LATER });
    expect(reading.body).toBe("\nother text\n");
    const described = readBlock(stamped(once, { now: LATER, fields: { description: "new" } }));
    expect(described.fields).toMatchObject({ created_at: NOW, last_modified_at: LATER, description: "new" });
  });

  it("refuses to give a stamped file another identity", () => {
    const once = stamped("text");
    expect(problemsOf(once, { fields: { uuid: OTHER_UUID } })).toEqual(["SC002"]);
    expect(problemsOf(once, { fields: { created_at: LATER } })).toEqual(["SC002"]);
    expect(readBlock(stamped("text", { fields: { uuid: OTHER_UUID } })).fields["uuid"]).toBe(OTHER_UUID);
  });

  it("null removes a field", () => {
    const once = stamped("text", { fields: { license: "MIT" } });
    expect(readBlock(stamped(once, { fields: { license: null } })).fields).not.toHaveProperty("license");
  });

  it("keeps arbitrary fields of a stamped file", () => {
    fc.assert(
      fc.property(fields, style, (extra, as) => {
        const safe = Object.fromEntries(Object.entries(extra).map(([key, value]) => [`x_${key}`, value]));
        const once = stamp("text", options({ style: as, fields: safe }));
        fc.pre(once.ok);
        const kept = Object.fromEntries(Object.entries(safe).filter(([, value]) => value !== null));
        expect(JSON.parse(JSON.stringify(readBlock(once.ok ? once.value.text : "").fields))).toMatchObject(
          JSON.parse(JSON.stringify(kept)),
        );
      }),
      { numRuns: 100 },
    );
  });

  it("puts the block below what must stay first", () => {
    const python = stamped("#!/usr/bin/env python\n# -*- coding: utf-8 -*-\nprint(1)\n", { path: "a.py" });
    expect(python.split("\n").slice(0, 3)).toEqual([
      "#!/usr/bin/env python",
      "# -*- coding: utf-8 -*-",
      "# === ONEX:Metadata ===",
    ]);
    expect(stamped("#!/bin/sh", { path: "a.sh" })).toMatch(/^#!\/bin\/sh\n# === ONEX/);
    expect(stamped("<!DOCTYPE html>\n<p>x</p>", { path: "a.html" })).toMatch(/^<!DOCTYPE html>\n<!-- === ONEX/);
    expect(stamped("\ufefftext", { path: "a.md" })).toMatch(/^<!-- === ONEX/);
  });

  it("never opens Markdown front matter with a comment", () => {
    const text = stamped("---\ntitle: x\n---\ntext");
    expect(text).toMatch(/^<!-- === ONEX/);
    expect(readBlock(text).body).toBe("\n---\ntitle: x\n---\ntext");
  });

  it("leaves node.onex.yaml an ordinary YAML document of its fields", () => {
    const text = stamped("", { path: "nodes/tide/v1_0_0/node.onex.yaml" });
    const yaml = readYaml(text);
    expect(yaml.ok && yaml.value).toEqual(readBlock(text).fields);
    expect(readBlock(text).fields["name"]).toBe("tide");
  });

  it("comments the block of other YAML out, so that its data stays as it is", () => {
    const text = stamped("- a\n- b\n", { path: "list.yaml" });
    const yaml = readYaml(text);
    expect(yaml.ok && yaml.value).toEqual(["a", "b"]);
  });

  it("refuses file types without comments, and texts that are not Unicode", () => {
    expect(problemsOf("{}", { path: "a.json" })).toEqual(["MD002"]);
    expect(problemsOf("a\ud800b")).toEqual(["MD002"]);
  });

  it("refuses what cannot be read: unclosed blocks, two blocks, broken fields", () => {
    const once = stamped("text");
    expect(problemsOf("<!-- === ONEX:Metadata ===\nname: x\n\ntext")).toEqual(["MD002"]);
    expect(problemsOf(`${once.replace(/text$/, "")}${once}`)).toEqual(["MD002"]);
    expect(problemsOf(once.replace("owner:", "owner"))).toEqual(["MD002"]);
    expect(problemsOf(once.replace("lifecycle: active", "lifecycle: *x"))).toEqual(["SC001"]);
  });

  it("refuses fields the canonical profile refuses, all at once, with their lines", () => {
    const once = stamped("text");
    const result = stamp(once, options({ fields: { version: "1.0", meta_type: "spell", trust_score: "high" } }));
    const found = result.ok ? [] : result.error;
    expect(found.map((one) => one.code).sort()).toEqual(["MD007", "SC004", "SC005"]);
    expect(found.find((one) => one.code === "MD007")?.line).toBe(readBlock(once).fieldLines["version"]);
  });

  it("enforces lifecycle transitions", () => {
    const draft = stamped("text", { fields: { lifecycle: "draft" } });
    expect(problemsOf(draft, { fields: { lifecycle: "deprecated", deprecated_by: OTHER_UUID } })).toEqual(["LC003"]);
    const active = stamped(draft, { fields: { lifecycle: "active" } });
    expect(problemsOf(active, { fields: { lifecycle: "draft" } })).toEqual(["LC003"]);
    expect(problemsOf(active, { fields: { lifecycle: "deprecated" } })).toEqual(["LC005"]);
    expect(problemsOf(active, { fields: { lifecycle: "template" } })).toEqual(["LC001"]);
    const deprecated = stamped(active, { fields: { lifecycle: "deprecated", deprecated_by: OTHER_UUID } });
    expect(problemsOf(deprecated, { fields: { lifecycle: "archived" } })).toEqual(["LC006"]);
    const archived = stamped(deprecated, { fields: { lifecycle: "archived", archived_reason: "superseded" } });
    expect(problemsOf(archived, { fields: { lifecycle: "active" } })).toEqual(["LC003"]);
  });

  it("an edit of any field is noticed, in any number of files: no bulk edit goes by unseen", () => {
    const file = stamped("text");
    for (const [name, line] of Object.entries(readBlock(file).fieldLines)) {
      const lines = file.split("\n");
      lines[line - 1] = `${lines[line - 1]}x`;
      expect([name, readBlock(lines.join("\n")).hash]).not.toEqual([name, "verified"]);
    }
  });

  it("a block that emitBlock wrote and nobody hashed is a placeholder, and stamping makes it true", () => {
    const text = `${emitBlock({ ...readBlock(stamped("x")).fields, hash: "0".repeat(64) }, "markup")}\n\nx`;
    expect(readBlock(text).hash).toBe("placeholder");
    expect(readBlock(stamped(text)).hash).toBe("verified");
  });
});
