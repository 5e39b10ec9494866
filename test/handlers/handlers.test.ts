import { describe, expect, it } from "vitest";
import { NOT_BEGUN } from "../../src/core/sandbox/budget.ts";
import type { JsonValue } from "../../contracts/json/json.ts";
import { fault } from "../../src/core/errors.ts";
import type { NodeKind } from "../../src/core/registry/node.ts";
import { err, ok } from "../../src/core/result.ts";
import { builtinHandler } from "../../src/infra/handlers/builtin-handler.ts";
import { functionHandler } from "../../src/infra/handlers/function-handler.ts";
import { noopHandler } from "../../src/infra/handlers/noop-handler.ts";
import type { Sandbox, SandboxBudget } from "../../src/spi/sandbox.ts";
import { callOf } from "../nodes/bench-of-ports.ts";
import { sampleNode } from "../support/sample-node.ts";

const KINDS: readonly (readonly [NodeKind, object])[] = [
  ["compute", { result: { "number.out": 2 } }],
  ["effect", { result: { "number.out": 2 } }],
  ["reducer", { projections: { "number.out": 2 } }],
  ["orchestrator", { intents: [{ "number.out": 2 }] }],
];

describe("builtin handler", () => {
  it("runs the function its target names", async () => {
    const handler = builtinHandler({
      text_count: ({ input }) => ({ result: { got: input["document.text"] as string } }),
    });
    await handler.initialize();
    expect(await handler.execute(callOf(sampleNode(), { "document.text": "x" }))).toEqual({ result: { got: "x" } });
  });

  it.each(["missing", "constructor", "__proto__"])("NODE_NOT_FOUND for the target %s", async (target) => {
    const handler = builtinHandler({ text_count: () => ({}) });
    await handler.initialize();
    const node = sampleNode({ entrypoint: { type: "builtin", target } });
    await expect(handler.execute(callOf(node, {}))).rejects.toMatchObject({
      fault: { code: "NODE_NOT_FOUND", hint: "built in are text_count" },
    });
  });
});

describe("noop handler", () => {
  const outputs = { "number.out": { type: "integer" }, "number.other": { type: "integer" } };

  it.each(KINDS)("passes on what a %s node also gives, and nothing else", async (kind, expected) => {
    const handler = noopHandler();
    await handler.initialize();
    const node = sampleNode({ kind, entrypoint: { type: "noop", target: "noop" }, outputs });
    expect(await handler.execute(callOf(node, { "number.out": 2, "document.text": "x" }))).toEqual(expected);
  });
});

describe("function handler", () => {
  interface Ran {
    readonly code: string;
    readonly input: JsonValue;
    readonly budget: Partial<SandboxBudget> | undefined;
  }
  const sandboxOf = (answer: Awaited<ReturnType<Sandbox["run"]>>) => {
    const ran: Ran[] = [];
    const run: Sandbox["run"] = (code, input, budget) => {
      ran.push({ code, input, budget });
      return Promise.resolve(answer);
    };
    return { ran, run };
  };
  const node = (kind: NodeKind = "compute") =>
    sampleNode({ kind, entrypoint: { type: "function", target: "node.js" } });
  const started = async (sandbox: Sandbox) => {
    const handler = functionHandler(sandbox);
    await handler.initialize();
    return handler;
  };

  it.each(KINDS)(
    "gives the code the state and its budget; a %s node's output goes where its kind wants it",
    async (kind, expected) => {
      const sandbox = sandboxOf(ok({ "number.out": 2 }));
      const handler = await started(sandbox);
      const call = callOf(node(kind), { "document.text": "x" }, { code: () => Promise.resolve("the code") });
      expect(await handler.execute(call)).toEqual(expected);
      expect(sandbox.ran).toEqual([
        {
          code: "the code",
          input: { "document.text": "x" },
          budget: expect.objectContaining({ maxCpuMs: 1_000 }) as unknown,
        },
      ]);
    },
  );

  it("makes a refusal of the sandbox an error that is never retried", async () => {
    const handler = await started(
      sandboxOf(err(fault("SANDBOX_BUDGET", "stopped", { place: "node.js", retryable: true }))),
    );
    const call = callOf(node(), {}, { code: () => Promise.resolve("") });
    await expect(handler.execute(call)).rejects.toMatchObject({
      fault: { code: "SANDBOX_BUDGET", message: "text_count@1.0.0: stopped", place: "node.js", retryable: false },
    });
  });

  it.each([[null], [3], ["text"], [["a list"]], [true]])(
    "OUTPUT_STATE_INVALID for a result that is no object: %j",
    async (value) => {
      const handler = await started(sandboxOf(ok(value)));
      const call = callOf(node(), {}, { code: () => Promise.resolve("") });
      await expect(handler.execute(call)).rejects.toMatchObject({
        fault: { code: "OUTPUT_STATE_INVALID", retryable: false },
      });
    },
  );

  it("tells the account of its invocation what the code has used", async () => {
    const spent: number[] = [];
    const cpu = { admits: () => true, spend: (cpuMs: number) => void spent.push(cpuMs) };
    const handler = await started({
      async run(_code, _input, call) {
        expect(call?.mayBegin?.()).toBe(true);
        call?.onSpent?.(12.5);
        return ok({});
      },
    });
    await handler.execute(callOf(node(), {}, { cpu, code: () => Promise.resolve("") }));
    expect(spent).toEqual([12.5]);
  });

  it("does not begin the code where its invocation has too little CPU left for it", async () => {
    const asked: number[] = [];
    const cpu = { admits: (cpuMs: number) => asked.push(cpuMs) === 0, spend: () => undefined };
    const handler = await started({
      run: async (_code, _input, call) =>
        call?.mayBegin?.() === false ? err(fault("SERVICE_UNAVAILABLE", "")) : ok({}),
    });
    expect(await handler.execute(callOf(node(), {}, { cpu, code: () => Promise.resolve("") }))).toBe(NOT_BEGUN);
    expect(asked).toEqual([1_000]);
  });

  it("passes a missing code on as it is", async () => {
    const handler = await started(sandboxOf(ok({})));
    await expect(handler.execute(callOf(node(), {}))).rejects.toThrow("this node has no code");
  });
});
