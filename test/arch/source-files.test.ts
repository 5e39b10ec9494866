import { describe, expect, it, onTestFinished } from "vitest";
import { PROJECT, plantTree } from "./support/planted-tree.ts";
import { junkDrawers, sourceSizes, writtenPaths } from "./support/source-files.ts";

/** A longer file is refused. */
const MAX_LINES = 500;
/** A longer file is listed, so that somebody asks what it hides. */
const LONG_LINES = 300;

const lines = (count: number): string => "export {};\n".repeat(count);

describe("the project's files", () => {
  it(`have at most ${MAX_LINES} lines of source`, async () => {
    const sizes = await sourceSizes(PROJECT, await writtenPaths(PROJECT));
    const long = sizes.filter((file) => file.lines > LONG_LINES);
    if (long.length > 0) {
      console.info(`over ${LONG_LINES} lines:\n${long.map((file) => `  ${file.lines} ${file.path}`).join("\n")}`);
    }
    expect(sizes.length).toBeGreaterThan(0);
    expect(sizes.filter((file) => file.lines > MAX_LINES)).toEqual([]);
  });

  it("are named for what they hold", async () => {
    expect(junkDrawers(await writtenPaths(PROJECT))).toEqual([]);
  });
});

describe("the check of names and sizes", () => {
  it("finds a planted junk drawer, folder or file, and nothing that only sounds like one", async () => {
    const tree = await plantTree({
      "src/core/utils.ts": lines(1),
      "src/core/util.test.ts": lines(1),
      "src/helpers/text.ts": lines(1),
      "docs/common/a.md": "a",
      "workers/misc.mjs": lines(1),
      "src/core/common-ground.ts": lines(1),
      "src/core/utilisation.ts": lines(1),
    });
    onTestFinished(tree.remove);
    expect(junkDrawers(await writtenPaths(tree.root))).toEqual([
      "docs/common",
      "src/core/util.test.ts",
      "src/core/utils.ts",
      "src/helpers",
      "workers/misc.mjs",
    ]);
  });

  it("counts lines, not newlines, and skips what nobody writes", async () => {
    const tree = await plantTree({
      "src/core/long.ts": `${lines(MAX_LINES)}export {};`,
      "src/core/full.ts": lines(MAX_LINES),
      "contracts/generated/long.ts": lines(MAX_LINES * 2),
      "dist/long.js": lines(MAX_LINES * 2),
    });
    onTestFinished(tree.remove);
    const sizes = await sourceSizes(tree.root, await writtenPaths(tree.root));
    expect(sizes.slice(0, 2)).toEqual([
      { path: "src/core/long.ts", lines: MAX_LINES + 1 },
      { path: "src/core/full.ts", lines: MAX_LINES },
    ]);
    expect(sizes.some((file) => file.path.includes("generated") || file.path.startsWith("dist"))).toBe(false);
  });
});
