import { describe, expect, it } from "vitest";
import { scaffoldSpecification, type ScaffoldSpecificationInput } from "../../../contracts/documents/scaffold.ts";
import { nodeQuickJsModule } from "../../../src/cli/quickjs-module.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { Lifecycle, NodeArtifacts } from "../../../src/core/registry/node.ts";
import { scaffoldNode } from "../../../src/core/scaffold/scaffold-node.ts";
import { memoryEngine } from "../../../src/embedded/memory-engine.ts";
import { builtinHandler } from "../../../src/infra/handlers/builtin-handler.ts";
import { functionHandler } from "../../../src/infra/handlers/function-handler.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { quickJsSandbox } from "../../../src/infra/sandbox/quick-js-sandbox.ts";
import { systemTimer } from "../../../src/infra/system/clock.ts";
import type { BuiltinNode } from "../../../src/spi/handler.ts";
import { nodeFiles } from "../../cli/support/folder.ts";
import { artifactsOf, nodeNames } from "../../nodes/built-in.ts";
import { CALL } from "../../support/call.ts";

const sandbox = quickJsSandbox({ loadModule: nodeQuickJsModule });

function engineWith(table: Readonly<Record<string, BuiltinNode>> = {}) {
  const engine = memoryEngine({
    clock: fixedClock(1_700_000_000_000),
    ids: seededIds(1),
    timer: systemTimer,
    handlers: () => [builtinHandler(table), functionHandler(sandbox)],
  });
  return {
    register: (artifacts: NodeArtifacts) => engine.services.nodes.register(CALL, artifacts),
    known: async (name: string) => (await engine.ports.registry.versions("default", name)).length,
  };
}

/** A function node that doubles a number. */
function doubler(lifecycle: Lifecycle, changes: Partial<ScaffoldSpecificationInput> = {}): NodeArtifacts {
  const specification = scaffoldSpecification.parse({
    name: "doubler",
    description: "Doubles a number.",
    input_contract: { "number.in": { type: "number" } },
    output_contract: { "number.out": { type: "number" } },
    code: 'return { "number.out": input["number.in"] * 2 };',
    examples: [{ input: { "number.in": 2 }, output: { "number.out": 4 } }],
    ...changes,
  });
  const birth = { uuid: "7e2f9f8e-3b0a-4a52-9a0e-5b1f6e0c9d11", createdAt: "2026-01-02T03:04:05.000Z" };
  const node = scaffoldNode(specification, birth, lifecycle);
  if (!node.ok) throw new Error(JSON.stringify(node.error));
  return node.value.artifacts;
}

const NOT_PROVEN = { ok: false, error: [{ code: "LIFECYCLE_INVALID", place: "contract.yaml:$.examples" }] };

describe("a node that is registered as active", () => {
  it("is taken when it does what its example says", async () => {
    const { register, known } = engineWith();
    expect(await register(doubler("active"))).toMatchObject({ ok: true, value: { created: true } });
    expect(await known("doubler")).toBe(1);
  });

  it.each<[string, Partial<ScaffoldSpecificationInput>]>([
    ["gives another output", { code: 'return { "number.out": input["number.in"] * 3 };' }],
    ["gives an output against its contract", { code: 'return { "number.out": "four" };' }],
    ["throws", { code: 'throw new Error("not today");' }],
    ["never ends", { code: "for (;;) {}", execution: { timeout_ms: 100 } }],
    ["gives nothing", { code: "return 4;" }],
  ])("is refused when it %s, and may be a draft", async (_why, changes) => {
    const { register, known } = engineWith();
    const refused = await register(doubler("active", changes));
    expect(refused).toMatchObject(NOT_PROVEN);
    expect(refused.ok || refused.error[0]?.hint).toContain("draft");
    expect(await known("doubler")).toBe(0);
    expect(await register(doubler("draft", changes))).toMatchObject({ ok: true });
  });

  it("is refused when it is a placeholder, with the place to write at", async () => {
    const { register } = engineWith();
    const changes = { code: undefined, examples: [] };
    const refused = await register(doubler("active", changes));
    expect(refused).toMatchObject({
      ok: false,
      error: [{ code: "LIFECYCLE_INVALID", message: "the code of doubler@1.0.0 is a placeholder" }],
    });
    expect(refused.ok || refused.error[0]?.place).toMatch(/^node\.js:\d+$/);
    expect(await register(doubler("draft", changes))).toMatchObject({ ok: true });
  });

  const BUILT_IN = (kind: string): NodeArtifacts => {
    const files = nodeFiles("tide", { lifecycle: "active" });
    const contract = `${files["tide/contract.yaml"]}kind: ${kind}\nexamples:\n  valid_input: { tide.input: ebb }\n  valid_output: { tide.output: flood }\n`;
    return { metadata: files["tide/node.onex.yaml"] ?? "", contract };
  };

  it("is run in this process when it is built in", async () => {
    const right = engineWith({ tide: () => ({ result: { "tide.output": "flood" } }) });
    expect(await right.register(BUILT_IN("compute"))).toMatchObject({ ok: true });
    const wrong = engineWith({ tide: () => ({ result: { "tide.output": "ebb" } }) });
    expect(await wrong.register(BUILT_IN("compute"))).toMatchObject(NOT_PROVEN);
    expect(await engineWith().register(BUILT_IN("compute"))).toMatchObject(NOT_PROVEN);
  });

  it("is not run when it would reach the world", async () => {
    let calls = 0;
    const { register } = engineWith({ tide: () => ({ result: { "tide.output": String(calls++) } }) });
    expect(await register(BUILT_IN("effect"))).toMatchObject({ ok: true });
    expect(calls).toBe(0);
  });

  it("is not refused for what is not its fault", async () => {
    const down = () => {
      throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the store is away"));
    };
    expect(await engineWith({ tide: down }).register(BUILT_IN("compute"))).toMatchObject({
      ok: false,
      error: [{ code: "SERVICE_UNAVAILABLE" }],
    });
  });

  it("is proven once: what is registered already never changes", async () => {
    let calls = 0;
    const { register } = engineWith({
      tide: () => {
        calls++;
        return { result: { "tide.output": "flood" } };
      },
    });
    const artifacts = BUILT_IN("compute");
    await register(artifacts);
    expect(await register(artifacts)).toMatchObject({ ok: true, value: { created: false } });
    expect(calls).toBe(1);
  });

  it("is any of the built-in nodes", async () => {
    const { builtinNodes } = await import("../../../src/nodes/index.ts");
    const engine = memoryEngine({
      clock: fixedClock(1_700_000_000_000),
      ids: seededIds(1),
      timer: systemTimer,
      handlers: (own) => [builtinHandler(builtinNodes({ sandbox, ...own })), functionHandler(sandbox)],
    });
    for (const name of nodeNames)
      expect(await engine.services.nodes.register(CALL, artifactsOf(name)), name).toMatchObject({ ok: true });
  });
});
