import { describe, expect, it } from "vitest";
import {
  isRunOperation,
  operationOfPayload,
  RUN_OPERATION_NAMES,
  valuesField,
  type RunOperation,
} from "../../../contracts/documents/operation.ts";
import { OPERATIONS, planOperationOf, type Operation } from "../../../src/app/operations/operations.ts";
import { servedByNames } from "../../support/served.ts";

const SERVED = servedByNames(["noop", "builtin"]);
const table: readonly (readonly [name: string, operation: Operation])[] = Object.entries(OPERATIONS);

// @ts-expect-error: an operation that is answered by a run cannot be left out of the table
const _: Readonly<Record<RunOperation, Operation>> = { "goal.run": OPERATIONS["goal.run"] };

describe("the table of operations", () => {
  it("plans exactly the operations that are answered by a run", () => {
    const planned = table.filter(([, { kind }]) => kind === "plan").map(([name]) => name);
    expect(planned.sort()).toEqual([...RUN_OPERATION_NAMES].sort());
    for (const name of planned)
      expect(planOperationOf(name, SERVED)).toMatchObject({ ok: true, value: { kind: "plan" } });
  });

  it("knows where each holds its values", () => {
    const held = table.flatMap(([name, operation]) => (operation.kind === "plan" ? [[name, operation.values]] : []));
    expect(held).toEqual(held.map(([name = ""]) => [name, valuesField(name)]));
  });

  it("names each handler's operations after it", () => {
    const families = table.flatMap(([name, one]) =>
      one.kind === "handler" ? [[name.split(".")[0], one.handler]] : [],
    );
    expect(families.length).toBeGreaterThan(0);
    expect(families.filter(([family, handler]) => family !== handler)).toEqual([]);
  });
});

describe("an operation that leads to no run", () => {
  it.each(table.filter(([, { kind }]) => kind === "handler").map(([name]) => name))(
    "%s lacks its handler, and is told which there are",
    (name) => {
      expect(planOperationOf(name, SERVED)).toEqual({
        ok: false,
        error: {
          code: "HANDLER_NOT_FOUND",
          message: `no handler here takes '${name}'`,
          place: "$.operation",
          hint: "one of goal.run, graph.run, node.execute",
          details: { handler_type: name.split(".")[0], available_handlers: ["builtin", "noop"] },
        },
      });
    },
  );

  it.each(table.filter(([, { kind }]) => kind === "command").map(([name]) => name))(
    "%s is taken by nobody yet, and something else is suggested",
    (name) => {
      expect(planOperationOf(name, SERVED)).toMatchObject({
        error: { code: "INVALID_OPERATION", message: `nothing here takes '${name}' yet`, place: "$.operation" },
      });
    },
  );

  it.each(["", "goal.walk", "http.", "http.trace", "toString", "__proto__", "GOAL.RUN"])("%j is none", (name) => {
    expect(planOperationOf(name, SERVED)).toMatchObject({
      error: {
        code: "INVALID_OPERATION",
        message: `there is no operation '${name}'`,
        details: { available_operations: ["goal.run", "graph.run", "node.execute"] },
      },
    });
    expect(isRunOperation(name)).toBe(false);
    expect(valuesField(name)).toBe("given");
  });
});

describe("a payload without an operation", () => {
  it.each([
    [{ want: ["a"], given: {} }, "goal.run"],
    [{ steps: [], want: ["a"] }, "graph.run"],
    [{ steps: [] }, "graph.run"],
    [{ node: "a", input: {} }, "node.execute"],
    [{ node: {} }, null],
    [{ given: {} }, null],
  ])("%j asks for %s", (payload, operation) => {
    expect(operationOfPayload(payload)).toBe(operation);
  });
});
