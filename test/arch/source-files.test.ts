import { describe, expect, it, onTestFinished } from "vitest";
import { PROJECT, plantTree } from "./support/planted-tree.ts";
import { castsIn } from "./support/casts.ts";
import { fullFolders, junkDrawers, sourceSizes, writtenPaths } from "./support/source-files.ts";

/** A longer file is refused. */
const MAX_LINES = 500;
/** A longer file is listed, so that somebody asks what it hides. */
const LONG_LINES = 300;

/** More files of source in one folder are refused. */
const MAX_FILES = 25;
/** Types that are claimed instead of shown: a third of what there was when the house was built. */
const MAX_CASTS = 80;
const SOURCE = /^(src|contracts|workers)\/.*(?<!\.d)\.ts$/;

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

  it(`are at most ${MAX_FILES} of source in a folder: more want another name`, async () => {
    const full = fullFolders(await writtenPaths(PROJECT), MAX_FILES);
    expect(full).toEqual([]);
  });

  it(`claim a type at most ${MAX_CASTS} times in source, and never through unknown`, async () => {
    const sources = (await writtenPaths(PROJECT)).filter((path) => SOURCE.test(path));
    const casts = await castsIn(PROJECT, sources);
    expect(sources.length).toBeGreaterThan(500);
    expect(casts.filter(({ double }) => double)).toEqual([]);
    expect(casts.length, casts.map(({ path, line, text }) => `${path}:${line} ${text}`).join("\n")).toBeLessThanOrEqual(
      MAX_CASTS,
    );
  });

  it("are named for what they hold", async () => {
    expect(junkDrawers(await writtenPaths(PROJECT))).toEqual([]);
  });
});

describe("the check of names and sizes", () => {
  it("finds a planted folder that is full", async () => {
    const names = Array.from({ length: MAX_FILES + 1 }, (_, i) => [`src/core/full/f${i}.ts`, lines(1)]);
    const tree = await plantTree({ ...Object.fromEntries(names), "src/core/a.ts": lines(1), "test/a.ts": lines(1) });
    onTestFinished(tree.remove);
    expect(fullFolders(await writtenPaths(tree.root), MAX_FILES)).toEqual([
      { folder: "src/core/full", files: MAX_FILES + 1 },
    ]);
  });

  it("finds planted casts, double ones apart, and none in `as const`, in imports or in text", async () => {
    const text = [
      'import { a as b } from "./a.ts";',
      "const one = b as string;",
      "const two = b as unknown as number;",
      'const three = ["x", "y as z"] as const;',
      "const four = <string>b;",
      "export { one as uno, two, three, four };",
    ].join("\n");
    const tree = await plantTree({ "src/core/a.ts": text });
    onTestFinished(tree.remove);
    const casts = await castsIn(tree.root, ["src/core/a.ts"]);
    expect(casts.map(({ line, double }) => [line, double])).toEqual([
      [2, false],
      [3, true],
      [5, false],
    ]);
  });

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
