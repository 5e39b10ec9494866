import { symlinkSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requirementOf } from "../../src/cli/files/requirement.ts";
import { walk } from "../../src/cli/files/walk.ts";
import { gitRepository, testFolder, type TestFolder } from "./support/folder.ts";
import "../support/properties.ts";

const paths = (
  folder: TestFolder,
  given: readonly string[] = ["."],
  options: { readonly ignore?: boolean } = {},
): readonly string[] =>
  [...walk(given, { cwd: folder.path, ...options })].filter(({ kind }) => kind !== "directory").map(({ path }) => path);

describe("walk", () => {
  it("comes to files in the order of their names, folders in their places, dotfiles too", () => {
    const folder = testFolder({
      "b.md": "",
      "a/z.md": "",
      "a/b/c.md": "",
      "c/d.md": "",
      ".github/x.yml": "",
      ".onextree": "",
    });
    expect(paths(folder)).toEqual([".github/x.yml", ".onextree", "a/b/c.md", "a/z.md", "b.md", "c/d.md"]);
    expect(paths(folder, ["./a//", "b.md"])).toEqual(["a/b/c.md", "a/z.md", "b.md"]);
    expect(paths(folder, [folder.at("a")])).toEqual([folder.at("a/b/c.md"), folder.at("a/z.md")]);
  });

  it("never enters version control and installed packages", () => {
    const folder = testFolder({
      "node_modules/x/a.md": "",
      ".git/config": "",
      "__pycache__/b.md": "",
      "c.md": "",
      "d/node_modules/e.md": "",
    });
    expect(paths(folder)).toEqual(["c.md"]);
    expect(paths(folder, ["."], { ignore: false })).toEqual(["c.md"]);
  });

  it("obeys .onexignore everywhere, the nearest first", () => {
    const folder = testFolder({
      ".onexignore": "*.tmp\n/gone/\n",
      "a.tmp": "",
      "gone/b.md": "",
      "in/.onexignore": "!keep.tmp\nc.md\n",
      "in/keep.tmp": "",
      "in/c.md": "",
      "in/d.md": "",
    });
    expect(paths(folder)).toEqual([".onexignore", "in/.onexignore", "in/d.md", "in/keep.tmp"]);
    expect(paths(folder, ["in"])).toEqual(["in/.onexignore", "in/d.md", "in/keep.tmp"]);
    expect(paths(folder, ["."], { ignore: false })).toContain("gone/b.md");
  });

  it("takes a named path even when it is ignored", () => {
    const folder = testFolder({ ".onexignore": "/gone/\na.md\n", "gone/b.md": "", "a.md": "" });
    expect(paths(folder, ["gone"])).toEqual(["gone/b.md"]);
    expect(paths(folder, ["a.md"])).toEqual(["a.md"]);
  });

  it("obeys .gitignore in a git working tree, and only there", () => {
    const folder = testFolder({ ".gitignore": "dist/\n", "dist/a.md": "", "b.md": "" });
    expect(paths(folder)).toContain("dist/a.md");
    gitRepository(folder);
    expect(paths(folder)).toEqual([".gitignore", "b.md"]);
    folder.write({ "deep/dist/c.md": "", "deep/d.md": "" });
    expect(paths(folder, ["deep"])).toEqual(["deep/d.md"]);
  });

  it("comes to nothing twice, however the given paths overlap", () => {
    const folder = testFolder({ "a/b.md": "", "c.md": "" });
    symlinkSync("a", folder.at("again"));
    for (const given of [
      [".", "a"],
      ["a", "."],
      [".", "."],
      [".", "a/b.md", "./a/../a/b.md"],
      [".", "again"],
    ]) {
      expect([...paths(folder, given)].map((path) => path.replace("again", "a")).sort()).toEqual(["a/b.md", "c.md"]);
    }
  });

  it("ignores what git ignores", () => {
    const name = fc.constantFrom("a", "b", "ab", "a.md", ".x");
    const file = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/"));
    const rule = fc.constantFrom(
      "a",
      "/a",
      "a/",
      "*.md",
      "!a.md",
      "a/**",
      "**/b",
      "a/*",
      "!a/b",
      "?b",
      "[ab]",
      "/a/b",
      "#a",
      "b/**/a",
      "!b",
    );
    const rules = fc.array(rule, { maxLength: 4 });
    fc.assert(
      fc.property(fc.uniqueArray(file, { minLength: 1, maxLength: 6 }), rules, rules, (files, top, inner) => {
        // A path cannot be a file and a folder.
        const clear = files.filter((one) => !files.some((other) => other.startsWith(`${one}/`)));
        const folder = testFolder({
          ...Object.fromEntries(clear.map((path) => [path, ""])),
          ".gitignore": `${top.join("\n")}\n`,
          ...(clear.some((path) => path.startsWith("a/")) ? { "a/.gitignore": `${inner.join("\n")}\n` } : {}),
        });
        const listed = gitRepository(folder)("ls-files", "--others", "--exclude-standard", "-z").split("\0");
        expect([...paths(folder)].sort()).toEqual(listed.filter((path) => path !== "").sort());
      }),
      { numRuns: 30 },
    );
  });
});

describe("what must carry metadata", () => {
  it("is named in the folder, above it up to the project's root, and on the command line", () => {
    const folder = testFolder({
      ".onexrequire": "/docs/*.md\n",
      "docs/a.md": "",
      "docs/deep/b.md": "",
      "src/.onexrequire": "README.md\n",
      "src/x/README.md": "",
    });
    const wanted = (given: readonly string[], patterns: readonly string[] = []) => {
      const mustCarry = requirementOf(given, patterns, folder.path);
      return [...walk(["."], { cwd: folder.path })]
        .filter(({ absolute }) => mustCarry(absolute))
        .map(({ path }) => path);
    };
    expect(wanted(["."])).toEqual(["docs/a.md"]);
    expect(wanted(["src/x"])).toEqual(["docs/a.md", "src/x/README.md"]);
    expect(wanted(["docs"], ["docs/deep/"])).toEqual(["docs/a.md", "docs/deep/b.md"]);
  });
});
