import { acceptEnvelope } from "../../src/core/envelope/envelope.ts";
import type { Fault } from "../../src/core/errors.ts";
import type { NodeDefinition } from "../../src/core/registry/node.ts";
import type { Result } from "../../src/core/result.ts";
import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
import { builtinHandler } from "../../src/infra/handlers/builtin-handler.ts";
import { functionHandler } from "../../src/infra/handlers/function-handler.ts";
import { quickJsSandbox } from "../../src/infra/sandbox/quick-js-sandbox.ts";
import { DEFAULT_RING } from "../../src/app/ring/ports.ts";
import type { Accepted, AcceptOptions } from "../../src/app/operations/envelope-service.ts";
import { fixedClock, type FixedClock } from "../../src/infra/memory/clock.ts";
import {
  memoryEngine,
  type MemoryEngineOptions,
  type MemoryPorts,
  type MemoryEngine,
} from "../../src/embedded/memory-engine.ts";
import { settled } from "../../src/embedded/settled.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";
import { systemTimer } from "../../src/infra/system/clock.ts";
import type { BuiltinNode } from "../../src/spi/handler.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import { sampleArtifacts, sampleNode } from "./sample-node.ts";
import { callFor } from "./call.ts";

export interface TestNode {
  readonly definition: Partial<NodeDefinition> & { readonly name: string };
  readonly run: BuiltinNode;
}

export interface TestEngine {
  readonly engine: MemoryEngine;
  readonly clock: FixedClock;
  send(
    operation: string,
    payload: JsonObject,
    extra?: JsonObject,
    options?: Partial<AcceptOptions> & { readonly tenant?: string },
  ): Promise<Result<Accepted, Fault>>;
  /** Delivers messages and moves time from alarm to alarm until nothing is left to happen within `maxMs`. */
  settle(maxMs?: number): Promise<void>;
}

/** A memory engine with the given nodes registered, driven by hand. */
export async function testEngine(
  nodes: readonly TestNode[],
  ports?: (ports: MemoryPorts) => MemoryPorts,
  options: Partial<
    Pick<MemoryEngineOptions, "tenantSlots" | "timer" | "pools" | "workers" | "bindings" | "secrets" | "log">
  > = {},
): Promise<TestEngine> {
  const clock = fixedClock(1_700_000_000_000);
  const ids = seededIds(1, clock);
  const table = Object.fromEntries(nodes.map(({ definition, run }) => [definition.name, run]));
  const engine = memoryEngine({
    clock,
    ids,
    timer: systemTimer,
    settings: { ...DEFAULT_RING, leases: { graceMs: 1_000, maxExpiries: 3 } },
    handlers: () => [builtinHandler(table), functionHandler(quickJsSandbox({ loadModule: nodeQuickJsModule }))],
    ...(ports ? { ports } : {}),
    ...options,
  });
  for (const { definition } of nodes) {
    const registered = await engine.ports.registry.register(
      "default",
      sampleNode(definition),
      sampleArtifacts(definition.name),
      clock.now(),
    );
    if (!registered.ok) throw new Error(registered.error.message);
  }
  return {
    engine,
    clock,
    async send(operation, payload, extra = {}, { tenant = "default", ...options } = {}) {
      const wire = { source_node: "test", operation, payload, ...extra };
      const assign = { correlationId: ids.uuid(), envelopeId: ids.uuid(), now: new Date(clock.now()).toISOString() };
      const envelope = acceptEnvelope(wire, assign as never);
      if (!envelope.ok) return envelope;
      return engine.services.envelopes.accept(callFor(tenant, envelope.value.correlationId), envelope.value, {
        waitMs: 0,
        registryVersion: null,
        ...options,
      });
    },
    settle: (maxMs = 3_600_000) => settled(engine, clock, maxMs),
  };
}

/** A pure node `from` → `to` whose result is computed by `run`. */
export const pureNode = (
  name: string,
  from: string,
  to: string,
  run: (value: string) => unknown,
  changes: Partial<NodeDefinition> = {},
): TestNode => ({
  definition: {
    name,
    inputs: { [from]: { schema: { type: "string" }, optional: false } },
    outputs: { [to]: { type: "string" } },
    inputState: { type: "object", properties: { [from]: { type: "string" } }, required: [from] },
    outputState: { type: "object", properties: { [to]: { type: "string" } }, required: [to] },
    ...changes,
  },
  run: (call) => ({ result: { [to]: run(String(call.input[from])) as string } }),
});

/** The same as an effect: always queued. */
export const effectNode = (name: string, from: string, to: string, run: (value: string) => unknown): TestNode =>
  pureNode(name, from, to, run, { kind: "effect" });
