import { describe, expect, it } from "vitest";
import { ignoreDecision, parseIgnoreRules, selects } from "../../../src/core/scan/ignore-rules.ts";

const decide = (text: string, path: string, isDirectory = false) =>
  ignoreDecision(parseIgnoreRules(text), path.split("/"), isDirectory);

describe("ignore rules", () => {
  it("match at any depth without a slash, and from their folder with one", () => {
    expect(decide("*.log", "a/b/x.log")).toBe("ignored");
    expect(decide("/x.log", "a/x.log")).toBeNull();
    expect(decide("/x.log", "x.log")).toBe("ignored");
    expect(decide("a/x.log", "b/a/x.log")).toBeNull();
  });

  it("let the last that matches decide", () => {
    expect(decide("*.log\n!keep.log", "keep.log")).toBe("kept");
    expect(decide("!keep.log\n*.log", "keep.log")).toBe("ignored");
    expect(decide("*.log", "a.md")).toBeNull();
  });

  it("say nothing of files when they end in a slash", () => {
    expect(decide("build/", "build")).toBeNull();
    expect(decide("build/", "build", true)).toBe("ignored");
    expect(decide("build/", "a/build", true)).toBe("ignored");
  });

  it("are no comments, blank lines, trailing spaces or byte order marks", () => {
    expect(parseIgnoreRules("\ufeff# a\n\n   \n!\n/\n")).toHaveLength(0);
    expect(decide("a.md   ", "a.md")).toBe("ignored");
    expect(decide("a\\ ", "a ")).toBe("ignored");
    expect(decide("\\#a", "#a")).toBe("ignored");
    expect(decide("\\!a", "!a")).toBe("ignored");
    expect(decide("\ufeffa.md\r\n", "a.md")).toBe("ignored");
  });

  it("stand in a stamped file without being disturbed by its block", () => {
    const text = "# === ONEX:Metadata ===\n# name: x\n# === /ONEX:Metadata ===\n\n*.tmp\n";
    expect(parseIgnoreRules(text)).toHaveLength(1);
  });
});

describe("rules that select", () => {
  const wants = (text: string, path: string): boolean => selects(parseIgnoreRules(text), path.split("/"));

  it("select a folder with all that is in it, less what a later rule takes back", () => {
    const rules = "docs/\n!docs/generated/\n";
    expect(wants(rules, "docs/a.md")).toBe(true);
    expect(wants(rules, "docs/deep/a.md")).toBe(true);
    expect(wants(rules, "docs/generated/a.md")).toBe(false);
    expect(wants(rules, "src/a.md")).toBe(false);
  });

  it("select by pattern", () => {
    expect(wants("/docs/**/*.md", "docs/a/b.md")).toBe(true);
    expect(wants("/docs/**/*.md", "docs/a/b.txt")).toBe(false);
    expect(wants("node.onex.yaml", "src/nodes/x/node.onex.yaml")).toBe(true);
    expect(wants("docs/", "docs")).toBe(false);
  });
});
