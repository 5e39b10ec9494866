import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Profile } from "../../src/core/metadata/profile.ts";
import { walk } from "../../src/cli/files/walk.ts";
import { scan, type ScanOptions } from "../../src/cli/validate/scan.ts";
import type { ScanLine } from "../../src/cli/validate/scan-line.ts";
import { scanPool, type ScanPool } from "../../src/cli/validate/scan-pool.ts";
import { openSpool } from "../../src/cli/validate/spool.ts";
import { stampedText, testFolder } from "./support/folder.ts";
import "../support/properties.ts";

/** A pool whose thread is ready to work, and how many batches it was given. */
async function loadedPool(profiles: readonly Profile[]): Promise<{ readonly pool: ScanPool; batches(): number }> {
  const own = scanPool(profiles, 1);
  while (!own.hasRoom()) await turn();
  let given = 0;
  const judge: ScanPool["judge"] = (files) => {
    given++;
    return own.judge(files);
  };
  return { pool: { ...own, judge }, batches: () => given };
}

describe("scan", () => {
  it("judges alike and in the same order here and in threads", async () => {
    const files = Object.fromEntries(
      Array.from({ length: 700 }, (_, i) => {
        const path = `f${i % 7}/doc_${i}.md`;
        const text = stampedText(path, `# Document ${i}\n`);
        return [path, i % 10 === 0 ? `${text}edited` : text];
      }),
    );
    const folder = testFolder({ ...files, "binary.bin": new Uint8Array(4) });
    const judged = async (options: Partial<ScanOptions>) => {
      const found = walk(["."], { cwd: folder.path });
      const isRequired = ({ path }: { readonly path: string }) => path === "binary.bin";
      const lines: ScanLine[] = [];
      const all = scan(found, { profiles: ["canonical", "permissive"], isRequired, ...options });
      for await (const line of all) lines.push(line);
      return lines;
    };
    const here = await judged({ threadsFrom: Infinity });
    expect(here).toHaveLength(701);
    const { pool, batches } = await loadedPool(["canonical", "permissive"]);
    expect(await judged({ threadsFrom: 0, startPool: () => pool })).toEqual(here);
    expect(batches()).toBeGreaterThan(0);
  });

  it("can be given up half way", async () => {
    const folder = testFolder(Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`${i}.md`, "x"])));
    const lines = scan(walk(["."], { cwd: folder.path }), {
      profiles: ["permissive"],
      isRequired: () => false,
      threadsFrom: 0,
    });
    for await (const line of lines) {
      expect(JSON.parse(line.json)).toHaveProperty("verdict");
      break;
    }
  });
});

describe("judging threads", () => {
  it("answer in the order of the files, and refuse work after one has died", async () => {
    const folder = testFolder({ "a.md": "a", "b.md": "b" });
    const pool = scanPool(["permissive"], 1);
    const files = ["b.md", "a.md"].map((path) => ({ path, absolute: folder.at(path), required: false }));
    const lines = await pool.judge(files);
    expect(lines.map(({ json }) => (JSON.parse(json) as { verdict: { path: string } }).verdict.path)).toEqual([
      "b.md",
      "a.md",
    ]);
    // Nobody can post this: the thread that takes it apart dies of it.
    await expect(pool.judge(null as never)).rejects.toThrow("ended unexpectedly");
    await expect(pool.judge(files)).rejects.toThrow("ended unexpectedly");
    await pool.close();
  });
});

describe("spool", () => {
  it("gives back every line in order, from memory and from its file, as often as it is asked", () => {
    const line = fc.string({ unit: "grapheme" }).map((text) => text.replace(/[\n\r]/g, " "));
    fc.assert(
      fc.property(fc.array(line), fc.integer({ min: 0, max: 50 }), (lines, inMemory) => {
        const spool = openSpool(inMemory);
        for (const one of lines) spool.append(one);
        expect([...spool.lines()]).toEqual(lines);
        expect([...spool.lines()]).toEqual(lines);
        spool.close();
      }),
    );
  });

  it("reads lines that are longer than what it reads at once", () => {
    const spool = openSpool(10);
    const lines = ["ä".repeat(300_000), "", "x".repeat(700_000)];
    for (const one of lines) spool.append(one);
    expect([...spool.lines()]).toEqual(lines);
    spool.close();
  });

  it("leaves nothing in the temporary folder, even while it is open", () => {
    const own = () => readdirSync(tmpdir()).filter((name) => name.startsWith("onex-scan-"));
    const before = own();
    const spool = openSpool(0);
    spool.append("line");
    expect(own()).toEqual(before);
    spool.close();
  });
});
