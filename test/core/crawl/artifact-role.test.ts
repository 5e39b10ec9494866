import { describe, expect, it } from "vitest";
import { roleOf } from "../../../src/core/crawl/artifact-role.ts";

describe("roleOf", () => {
  it.each([
    ["nodes/tide/node.onex.yaml", { meta_type: "tool" }, "node"],
    ["nodes/tide/.onex", { meta_type: "node" }, "node"],
    ["project.onex.yaml", { meta_type: "project" }, "other"],
    ["agents/sniper.py", { meta_type: "agent" }, "agent"],
    ["nodes/sniper/node.onex.yaml", { meta_type: "agent" }, "agent"],
    ["checks/names.py", { meta_type: "validator" }, "validator"],
    ["tests/test_tide.py", { meta_type: "tool" }, "test"],
    ["src/tide.test.ts", { meta_type: "tool" }, "test"],
    ["tests/tide_cases.py", { meta_type: "tool" }, "test"],
    ["tests/__init__.py", { meta_type: "tool" }, "other"],
    ["tests/conftest.py", { meta_type: "tool" }, "other"],
    ["src/probe.py", { meta_type: "tool", tags: ["test"] }, "test"],
    ["docs/test_plan.md", { meta_type: "tool", tags: ["test"] }, "other"],
    ["src/tide.py", { meta_type: "tool" }, "other"],
    ["latest/contest.py", {}, "other"],
    ["nodes/tide/node.onex.yaml", { meta_type: "schema", entrypoint: { type: "function", target: "tide.js" } }, "node"],
    ["project.onex.yaml", { meta_type: "project", entrypoint: { type: "yaml", target: "project.onex.yaml" } }, "other"],
  ])("%s %o is %s", (path, fields, role) => {
    expect(roleOf(path, fields)).toBe(role);
  });
});
