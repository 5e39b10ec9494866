import { describe, expect, it } from "vitest";
import { entrypointOfFile, parseEntrypoint } from "../../../src/core/metadata/entrypoint.ts";
import { isEntrypointType } from "../../../src/core/registry/entrypoints.ts";
import { parseLink } from "../../../src/core/metadata/link.ts";
import { CANONICAL_NAMESPACE, canonicalNamespace, parseNamespace } from "../../../src/core/metadata/namespace.ts";
import { parseContractReference } from "../../../src/core/metadata/references.ts";

describe("entrypoint forms", () => {
  it.each([
    [{ type: "python", target: "x.py" }, "python", "x.py"],
    [{ type: "Builtin", target: " noop ", extra: 1 }, "builtin", "noop"],
    ["{'type': 'python', 'target': 'x'}", "python", "x"],
    ["python@x.py", "python", "x.py"],
    ["python://x.py", "python", "x.py"],
    ["python://dir/x.py", "python", "dir/x.py"],
    ["python://dotted.module", "python", "dotted.module"],
    ["markdown://README", "markdown", "README"],
    ["yaml@project.onex.yaml", "yaml", "project.onex.yaml"],
    ["x.py", "python", "x.py"],
    ["dir/tool.sh", "cli", "dir/tool.sh"],
  ])("%j", (given, type, target) => {
    expect(parseEntrypoint(given)).toEqual({ ok: true, value: { type, target } });
  });

  it.each([
    [undefined],
    [null],
    [3],
    [[]],
    [{}],
    [{ type: "python" }],
    [{ type: 1, target: "x" }],
    [{ type: "", target: "x" }],
    [""],
    ["two words.py"],
    ["noextension"],
    ["{'type': 'python'"],
    ["{a: {b: c}}"],
  ])("refuses %j", (given) => {
    expect(parseEntrypoint(given).ok).toBe(false);
  });

  it("knows the types of real files and ours, and no others", () => {
    for (const type of ["python", "cli", "docker", "html", "builtin", "function", "composite", "wasm"])
      expect(isEntrypointType(type)).toBe(true);
    expect(isEntrypointType("pythonn")).toBe(false);
    expect(entrypointOfFile("a.ts")).toEqual({ type: "typescript", target: "a.ts" });
  });
});

describe("namespace forms", () => {
  it.each([
    ["onex.stamped.x", null, "onex.stamped.x", "onex.stamped.x"],
    ["omnibase.x", null, "omnibase.x", "omnibase.x"],
    ["python://omnibase.a.b", "python", "omnibase.a.b", "omnibase.a.b"],
    [
      "yaml://omnibase.nodes.x.v1_0_0.node_onex",
      "yaml",
      "omnibase.nodes.x.v1_0_0.node_onex",
      "omnibase.nodes.x.v1_0_0.node_onex",
    ],
    ["markdown://README", "markdown", "README", "onex.README"],
    [{ value: "py://omnibase.tests.a_py" }, "py", "omnibase.tests.a_py", "omnibase.tests.a_py"],
    ["omnibase", null, "omnibase", "onex.omnibase"],
    ["onex.stamped.README.md", null, "onex.stamped.README.md", "onex.stamped.README.md"],
  ])("%j", (given, scheme, path, canonical) => {
    const parsed = parseNamespace(given);
    expect(parsed).toEqual({ ok: true, value: { scheme, path } });
    if (parsed.ok) expect(canonicalNamespace(parsed.value)).toBe(canonical);
  });

  it.each([[undefined], [null], [""], [1], [{}], [{ value: 1 }], ["invalid namespace"], ["a\nb"], ["python://"]])(
    "refuses %j",
    (given) => {
      expect(parseNamespace(given).ok).toBe(false);
    },
  );

  it("always has a canonical spelling", () => {
    for (const path of ["", "...", "a-b/c", "ключ", "onex", "onex."])
      expect(canonicalNamespace({ scheme: null, path })).toMatch(CANONICAL_NAMESPACE);
  });
});

describe("links", () => {
  it("has a type, a namespace and a version", () => {
    const value = { type: "tool", namespace: "tools.tree_generator", version: ">=0.2.0" };
    expect(parseLink("tool://tools.tree_generator@>=0.2.0")).toEqual({ ok: true, value });
  });
  it.each([["tool://x"], ["spell://x@1"], ["tool://@1"], ["x"], [""]])("refuses %j", (text) => {
    expect(parseLink(text).ok).toBe(false);
  });
});

describe("state contract references", () => {
  it.each([
    ["state_contract://default", { kind: "default" }],
    ["none", { kind: "none" }],
    ["state_contract://logger_node_contract.yaml", { kind: "file", path: "logger_node_contract.yaml" }],
    ["./schemas/contract.yaml", { kind: "file", path: "schemas/contract.yaml" }],
    ["state_contract:///etc/passwd", null],
    ["../contract.yaml", null],
    ["https://example.com/x.yaml", null],
    ["", null],
    [3, null],
  ])("%j", (given, expected) => {
    expect(parseContractReference(given)).toEqual(expected);
  });
});
