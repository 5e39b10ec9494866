import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, symlinkSync, truncateSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FileVerdict } from "../../src/core/scan/verdict.ts";
import { readDocument } from "../../src/cli/files/read-document.ts";
import { ONEX } from "./support/launcher.ts";
import { stampedText, testFolder, type TestFolder } from "./support/folder.ts";
import { onex } from "./support/onex.ts";

/** The verdicts of everything in a folder, by path. */
async function verdicts(folder: TestFolder, ...args: readonly string[]): Promise<ReadonlyMap<string, FileVerdict>> {
  const outcome = await onex(["validate", ...(args.length > 0 ? args : ["."]), "--json"], { cwd: folder.path });
  const { files } = outcome.json<{ readonly files: readonly FileVerdict[] }>();
  return new Map(files.map((file) => [file.path, file]));
}

const codes = (file: FileVerdict | undefined) => ({
  hash: file?.hash,
  errors: file?.errors.map(({ code, line }) => [code, line]),
  warnings: file?.warnings.map(({ code }) => code),
});

const STAMPED = () => stampedText("a.md", "# Tides\n\nHigh water at noon.\n");

describe("onex validate, given bad files", () => {
  it("skips binary files with a word about it", async () => {
    const folder = testFolder({
      "a.png": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]),
      "utf16.md": Buffer.from(STAMPED(), "utf16le"),
    });
    const found = await verdicts(folder);
    expect(codes(found.get("a.png"))).toEqual({ hash: "absent", errors: [], warnings: ["SC001"] });
    expect(codes(found.get("utf16.md"))).toEqual({ hash: "absent", errors: [], warnings: ["SC001"] });
  });

  it("reads no more than the beginning of a file of 100 MB", async () => {
    const folder = testFolder({ "stamped.md": STAMPED(), "long.md": "# Long\n" });
    truncateSync(folder.at("stamped.md"), 100 * 1024 * 1024);
    appendFileSync(folder.at("long.md"), Buffer.alloc(100 * 1024 * 1024, "tide table\n"));
    const content = readDocument(folder.at("long.md"));
    expect(content).toMatchObject({ kind: "head", bytes: 100 * 1024 * 1024 + 7 });
    expect(content.kind === "head" ? content.head.length : Infinity).toBeLessThanOrEqual(64 * 1024);
    const found = await verdicts(folder);
    expect(codes(found.get("long.md"))).toEqual({ hash: "absent", errors: [], warnings: ["SC001"] });
    // The rest of it is NULs: a text that goes on as binary was never stamped as a whole.
    expect(found.get("stamped.md")?.hash).not.toBe("verified");
  });

  it("calls a block on a file too long to be hashed malformed, at its line", async () => {
    const folder = testFolder({ "a.md": `\n${STAMPED()}${"tide table\n".repeat(1_600_000)}` });
    expect(codes((await verdicts(folder)).get("a.md"))).toEqual({
      hash: "malformed",
      errors: [["MD002", 2]],
      warnings: [],
    });
  });

  it("names the line that is no UTF-8, and never verifies such a file", async () => {
    const text = STAMPED();
    const at = Buffer.from(text).indexOf("noon");
    const bytes = Buffer.from(text);
    bytes[at] = 0xff;
    const line = text.slice(0, text.indexOf("noon")).split("\n").length;
    const found = await verdicts(
      testFolder({ "a.md": bytes, "latin1.md": Buffer.from("# Gr\u00fc\u00dfe\n", "latin1") }),
    );
    const stamped = found.get("a.md");
    expect(stamped?.hash).toBe("malformed");
    expect(codes(stamped).errors).toContainEqual(["MD002", line]);
    expect(codes(found.get("latin1.md"))).toEqual({ hash: "absent", errors: [], warnings: ["MD002"] });
  });

  it("does not take a byte order mark or other line breaks for the stamped content", async () => {
    const text = STAMPED();
    const found = await verdicts(
      testFolder({
        "bom.md": `\ufeff${text}`,
        "crlf.md": text.replaceAll("\n", "\r\n"),
        "cr.md": text.replaceAll("\n", "\r"),
      }),
    );
    expect(found.get("bom.md")?.hash).toBe("mismatch");
    expect(found.get("crlf.md")?.hash).toBe("mismatch");
    expect(found.get("cr.md")?.hash).toBe("absent");
    const marked = stampedText("b.md", "# B\n");
    expect((await verdicts(testFolder({ "b.md": marked }))).get("b.md")?.hash).toBe("verified");
  });

  it("tells unclosed blocks, second blocks and duplicate keys with their lines", async () => {
    const text = STAMPED();
    const closing = "=== /ONEX:Metadata === -->\n";
    const found = await verdicts(
      testFolder({
        "unclosed.md": text.replace(closing, ""),
        "two.md": text.replace(closing, closing + text),
        "twice.md": text.replace("author: Tide Desk\n", "author: Tide Desk\nauthor: Tide Desk\n"),
      }),
    );
    expect(codes(found.get("unclosed.md"))).toEqual({ hash: "malformed", errors: [["MD002", 1]], warnings: [] });
    const lines = text.slice(0, text.indexOf(closing)).split("\n").length;
    expect(codes(found.get("two.md")).errors).toContainEqual(["MD002", lines + 1]);
    expect(codes(found.get("twice.md")).errors).toContainEqual(["MD002", 3]);
    for (const file of found.values()) expect(file.hash).not.toBe("verified");
  });

  it("takes delimiters in string literals and code fences for what they are", async () => {
    const block = STAMPED().split("\n\n")[0] ?? "";
    const found = await verdicts(
      testFolder({
        "guide.md": `# How to stamp\n\n\`\`\`\n${block}\n\`\`\`\n`,
        "test_block.py": `BLOCK = """\n# === ONEX:Metadata ===\n# name: x\n# === /ONEX:Metadata ===\n"""\n`,
        "real.md": stampedText("real.md", `# Real\n\n\`\`\`\n${block}\n\`\`\`\n`),
      }),
    );
    expect(codes(found.get("guide.md"))).toEqual({ hash: "absent", errors: [], warnings: [] });
    expect(codes(found.get("test_block.py"))).toEqual({ hash: "absent", errors: [], warnings: [] });
    expect(codes(found.get("real.md"))).toEqual({ hash: "verified", errors: [], warnings: [] });
  });

  it("refuses YAML bombs, aliases and deep nesting in every kind of document", async () => {
    const bomb = [
      "a: &a [x,x,x,x,x,x,x,x,x]",
      ...Array.from("bcdefghi", (key, i) => `${key}: &${key} [${Array(9).fill(`*${"abcdefgh"[i]}`).join(",")}]`),
    ].join("\n");
    const nested = `${"{".repeat(16_000)}\n`;
    const stamped = STAMPED().replace("=== /ONEX", `x_extensions:\n  ${bomb.replaceAll("\n", "\n  ")}\n=== /ONEX`);
    const found = await verdicts(
      testFolder({
        "contract.yaml": bomb,
        "deep/contract.yaml": nested,
        "questions/contract.yaml": `${"? ".repeat(8_000)}\n`,
        ".onextree": bomb,
        "node/node.onex.yaml": `name: x\nuuid: y\nhash: z\nx_extensions: ${nested}`,
        "block.md": stamped,
      }),
    );
    for (const [path, file] of found) {
      expect([path, file.errors.length > 0]).toEqual([path, true]);
      expect(file.hash).not.toBe("verified");
    }
  });

  it("keeps dates, versions and words that YAML would turn into something else", async () => {
    const fields = { version: "1.0.0", description: "2026-01-01", owner: "no", license: "1e3" };
    const found = await verdicts(testFolder({ "a.md": stampedText("a.md", "# A\n", fields) }));
    expect(codes(found.get("a.md"))).toEqual({ hash: "verified", errors: [], warnings: [] });
  });
});

describe("onex validate, given odd folders", () => {
  it("does not go round in circles of links, nor out of the folder by one", async () => {
    const folder = testFolder({ "in/a.md": STAMPED(), "out/b.md": "# B\n" });
    symlinkSync(".", folder.at("in/loop"));
    symlinkSync("../in", folder.at("in/up"));
    symlinkSync("self", folder.at("in/self"));
    symlinkSync("nowhere", folder.at("in/broken"));
    symlinkSync("../out/b.md", folder.at("in/outside.md"));
    symlinkSync("a.md", folder.at("in/inside.md"));
    const found = await verdicts(folder, "in");
    expect([...found.keys()]).toEqual(["in/a.md", "in/broken", "in/outside.md", "in/self"]);
    expect(codes(found.get("in/outside.md"))).toEqual({ hash: "absent", errors: [], warnings: ["RG001"] });
    expect(found.get("in/outside.md")?.warnings[0]?.message).toContain("out of the folder");
    expect(codes(found.get("in/self")).warnings).toEqual(["RG001"]);
    expect(codes(found.get("in/broken")).warnings).toEqual(["RG001"]);
    expect((await verdicts(folder, "in/outside.md")).get("in/outside.md")?.warnings).toEqual([]);
  });

  it("does not wait for a named pipe", async () => {
    const folder = testFolder({ "a.md": STAMPED() });
    execFileSync("mkfifo", [folder.at("pipe.md")]);
    const found = await verdicts(folder);
    expect(codes(found.get("pipe.md"))).toEqual({ hash: "absent", errors: [], warnings: ["RG001"] });
    expect(codes((await verdicts(folder, "pipe.md")).get("pipe.md")).warnings).toEqual(["RG001"]);
  });

  it("tells what it may not read and goes on", () => {
    const folder = testFolder({ "a.md": STAMPED(), "closed.md": "x", "dir/b.md": "b" });
    chmodSync(folder.path, 0o755);
    chmodSync(folder.at("closed.md"), 0o000);
    chmodSync(folder.at("dir"), 0o000);
    // Root may read everything, so the command is run as nobody.
    const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const outcome = spawnSync(process.execPath, [ONEX, "validate", ".", "--json"], {
      cwd: folder.path,
      encoding: "utf8",
      ...asNobody,
    });
    const { files } = JSON.parse(outcome.stdout) as { readonly files: readonly FileVerdict[] };
    const found = new Map(files.map((file) => [file.path, file]));
    expect(codes(found.get("closed.md")).errors).toEqual([["RG001", null]]);
    expect(codes(found.get("dir")).errors).toEqual([["RG001", null]]);
    expect([found.get("a.md")?.hash, outcome.status]).toEqual(["verified", 1]);
  });

  it("says so when a path is not there, and judges nothing", async () => {
    const outcome = await onex(["validate", "nowhere"], { cwd: testFolder().path });
    expect([outcome.code, outcome.stdout]).toEqual([2, ""]);
    expect(outcome.stderr).toContain("nowhere: it does not exist");
  });

  it("goes into a thousand folders, one in the other", async () => {
    const folder = testFolder({ [`${"d/".repeat(1_000)}a.md`]: STAMPED() });
    const found = await verdicts(folder);
    expect([...found.values()].map(({ hash }) => hash)).toEqual(["verified"]);
  });
});
