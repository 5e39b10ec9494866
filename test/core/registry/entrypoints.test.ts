import { describe, expect, it } from "vitest";
import { entrypointOfFile } from "../../../src/core/metadata/entrypoint.ts";
import {
  ENTRYPOINTS,
  ENTRYPOINT_TYPES,
  entrypointTraits,
  EXECUTABLE_TYPES,
  isEntrypointType,
} from "../../../src/core/registry/entrypoints.ts";
import { servedBy, unservedReason } from "../../../src/core/registry/served.ts";
import { node } from "../plan/support/nodes.ts";
import { ALL_SERVED, servedByNames } from "../../support/served.ts";

const of = (type: string, target = "x") => node({ name: "n", entrypoint: { type, target } });

describe("the table of entrypoints", () => {
  it("knows exactly its own types", () => {
    expect(ENTRYPOINT_TYPES.every(isEntrypointType)).toBe(true);
    for (const type of ["", "pythonn", "toString", "__proto__"]) expect(isEntrypointType(type)).toBe(false);
  });

  it("gives each extension to one type", () => {
    const extensions = ENTRYPOINT_TYPES.flatMap((type) => ENTRYPOINTS[type].extensions);
    expect(new Set(extensions).size).toBe(extensions.length);
    for (const type of ENTRYPOINT_TYPES)
      for (const extension of ENTRYPOINTS[type].extensions)
        expect(entrypointOfFile(`a.${extension}`)).toEqual({ type, target: `a.${extension}` });
  });

  it("says who executes what is executed by somebody, and nobody for the rest", () => {
    for (const type of ENTRYPOINT_TYPES) {
      const { runs, servedBy: name, pure } = ENTRYPOINTS[type];
      expect([type, name !== null]).toEqual([type, ["isolate", "pool", "remote"].includes(runs)]);
      expect([type, pure && runs !== "isolate"]).toEqual([type, false]);
    }
  });

  it("lets documents be stamped, never registered as nodes", () => {
    expect(ENTRYPOINT_TYPES.filter((type) => !EXECUTABLE_TYPES.includes(type))).toEqual([
      "markdown",
      "yaml",
      "json",
      "html",
    ]);
    expect(entrypointTraits("of a later release")).toMatchObject({ runs: "nowhere", pure: false, hasCode: false });
  });
});

describe("what a deployment serves", () => {
  it("is what its handlers and pools execute, with waits and composites, which the engine executes itself", () => {
    expect([...servedByNames([]).targets.keys()].sort()).toEqual(["composite", "wait"]);
    expect([...servedByNames(["noop", "python"]).targets.keys()].sort()).toEqual([
      "composite",
      "noop",
      "python",
      "wait",
    ]);
    const unserved = ENTRYPOINT_TYPES.filter((type) => unservedReason(of(type), ALL_SERVED) !== null);
    expect(unserved).toEqual(["markdown", "yaml", "json", "html", "trigger"]);
  });

  it("has a text of its own", () => {
    const texts = [
      servedBy([]),
      servedBy([{ type: "builtin" }]),
      servedBy([{ type: "builtin", targets: [] }]),
      servedBy([{ type: "builtin", targets: [] }, { type: "a" }]),
      servedBy([{ type: "builtin", targets: ["a"] }]),
      servedBy([{ type: "builtin", targets: ["a", "b"] }]),
    ].map(({ text }) => text);
    expect(new Set(texts).size).toBe(texts.length);
    expect(servedBy([{ type: "b", targets: ["y", "x"] }, { type: "a" }]).text).toBe(
      servedBy([{ type: "a" }, { type: "b", targets: ["x", "y"] }]).text,
    );
  });

  it.each([
    ["http", "no handler here executes http entrypoints"],
    ["wasm", "no handler here executes wasm entrypoints"],
    ["python", "no runner here serves the pool python, and its entrypoint is python"],
    ["docker", "no runner here serves the pool docker, and its entrypoint is docker"],
    ["trigger", "a trigger node starts runs and is no step of one"],
    ["of a later release", "no handler here executes of a later release entrypoints"],
    ["builtin", 'the builtin handler here does not know "x"'],
  ])("gives a reason against %s", (type, reason) => {
    expect(unservedReason(of(type), servedBy([{ type: "builtin", targets: ["y"] }]))).toBe(reason);
  });

  it("has no reason against what it executes", () => {
    expect(unservedReason(of("builtin", "y"), servedBy([{ type: "builtin", targets: ["y"] }]))).toBeNull();
    expect(unservedReason(of("composite"), servedBy([]))).toBeNull();
  });
});
