import { describe, expect, it } from "vitest";
import { isLifecycle, stateProblems, transition } from "../../../src/core/metadata/lifecycle.ts";
import type { Lifecycle } from "../../../src/core/registry/node.ts";
import { LIFECYCLES } from "../../../src/core/registry/node.ts";
import { OTHER_UUID } from "./support/blocks.ts";

const REASONS = { deprecatedBy: OTHER_UUID, archivedReason: "superseded" };
const ALLOWED: Readonly<Record<Lifecycle, readonly Lifecycle[]>> = {
  draft: ["draft", "review", "active", "archived"],
  review: ["draft", "review", "active", "archived"],
  active: ["active", "deprecated", "archived"],
  deprecated: ["deprecated", "archived"],
  archived: ["archived"],
};

describe("transition", () => {
  it.each(LIFECYCLES.flatMap((from) => LIFECYCLES.map((to) => [from, to] as const)))("%s to %s", (from, to) => {
    const moved = transition(from, to, REASONS);
    if (ALLOWED[from].includes(to)) expect(moved).toEqual({ ok: true, value: to });
    else expect(moved.ok ? [] : moved.error.map((found) => found.code)).toEqual(["LC003"]);
  });

  it.each([
    ["active", "deprecated", {}, "LC005"],
    ["active", "deprecated", { deprecatedBy: "the new one" }, "LC005"],
    ["active", "archived", {}, "LC006"],
    ["draft", "archived", { archivedReason: "  " }, "LC006"],
    ["deprecated", "archived", { deprecatedBy: OTHER_UUID }, "LC006"],
  ] as const)("%s to %s with %j is %s", (from, to, reasons, code) => {
    const moved = transition(from, to, reasons);
    expect(moved.ok ? [] : moved.error.map((found) => found.code)).toEqual([code]);
  });

  it("says which ways there are", () => {
    const moved = transition("archived", "active");
    expect(moved.ok ? "" : moved.error[0]?.hint).toContain("final");
    const other = transition("deprecated", "active");
    expect(other.ok ? "" : other.error[0]?.hint).toContain("archived");
  });
});

it("real files hold values that are no lifecycle", () => {
  for (const value of ["template", "test", "wip", "Active", "", null, 1]) expect(isLifecycle(value)).toBe(false);
  for (const value of LIFECYCLES) expect(isLifecycle(value)).toBe(true);
});

it("a state without its reason is a finding, wherever it is met", () => {
  expect(stateProblems("deprecated", {}, 7)).toMatchObject([{ code: "LC005", line: 7, field: "deprecated_by" }]);
  expect(stateProblems("archived", REASONS)).toEqual([]);
  expect(stateProblems("active", {})).toEqual([]);
});
