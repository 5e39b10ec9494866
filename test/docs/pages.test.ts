import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../support/local-worker/project-root.ts";
import { isShell, readPage } from "./support/page.ts";
import { pages } from "./support/pages.ts";

const COMMAND = /^(?:\$ |(?:npx|npm|onex|curl|git|bash|openssl) |export [A-Z])/;

/** A path within the project as prose writes it, in code: it has a folder, and begins with one of ours. */
const PATH = /^(?:src|test|docs|contracts|workers|migrations|\.ci)\/[\w./-]*\w\/?$/;

/** Paths that pages name and a reader makes, or that are made. */
const MADE = new Set(["docs/guide.md"]);

/** Code in prose, with what stands for any name taken off: `src/nodes/<name>/` is `src/nodes/`. */
const pathsIn = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => {
    const path = code.replace(/<.*$/, "").replace(/[,:;]$/, "");
    return PATH.test(path) && !MADE.has(path) ? [path] : [];
  });

const linksIn = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);

/** How a heading is addressed. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[`*]|\[|\]\([^)]*\)/g, "")
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (text: string): readonly string[] =>
  [...text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

describe.each(pages())("%s", (page) => {
  const text = readFileSync(join(PROJECT_ROOT, page), "utf8");

  it("shows commands in shell blocks alone, and every block says what it is", () => {
    const hidden = readPage(page)
      .filter((block) => block.language === "" || (!isShell(block) && block.lines.some((line) => COMMAND.test(line))))
      .map(({ line }) => `${page}:${line}`);
    expect(hidden).toEqual([]);
  });

  it("names files that exist", () => {
    expect(pathsIn(text).filter((path) => !existsSync(join(PROJECT_ROOT, path)))).toEqual([]);
  });

  it("links to what exists", () => {
    const broken = linksIn(text).filter((link) => {
      if (/^[a-z]+:/.test(link)) return false;
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(PROJECT_ROOT, target))) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(join(PROJECT_ROOT, target), "utf8")).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

it("the check itself finds a path, and takes a name that stands for any as its folder", () => {
  expect(pathsIn("in `src/core/nothing.ts`, `src/nodes/<name>/` and `Ports`\n```\n`src/in/a/block.ts`\n```")).toEqual([
    "src/core/nothing.ts",
    "src/nodes/",
  ]);
});
