import type { JsonObject } from "../../contracts/json/json.ts";
import type { WorkItemWire, WorkItemAnswer } from "../../contracts/api/pools.ts";
import { RUNNER_PROTOCOL } from "../../contracts/api/pools.ts";
import { sandboxWire } from "../../contracts/documents/runner-blocks.ts";
import type { Fault } from "../../src/core/errors.ts";
import type { NodeDefinition } from "../../src/core/registry/node.ts";
import type { PoolPorts } from "../../src/app/pools/pool.ts";
import type { Result } from "../../src/core/result.ts";
import type { MemoryPorts } from "../../src/embedded/memory-engine.ts";
import { CALL, callFor } from "./call.ts";
import { testEngine, type TestEngine } from "./engines.ts";
import { sampleArtifacts, sampleNode } from "./sample-node.ts";

export const CODE = "def run(state):\n    return {}\n";

/** A Python node `in.text` → `<name>.out`. */
export function pythonNode(
  name: string,
  changes: Partial<NodeDefinition> = {},
  queueTimeoutMs = 60_000,
): NodeDefinition {
  const text = { type: "string" } as const;
  return sampleNode({
    name,
    kind: "effect",
    entrypoint: { type: "python", target: "node.py" },
    inputs: { "in.text": { schema: text, optional: false } },
    outputs: { [`${name}.out`]: text },
    inputState: { type: "object", properties: { "in.text": text }, required: ["in.text"] },
    outputState: { type: "object", properties: { [`${name}.out`]: text }, required: [`${name}.out`] },
    runner: { pool: "python", queueTimeoutMs, sandbox: sandboxWire.parse({}) },
    ...changes,
  });
}

export interface PoolWorld extends TestEngine {
  /** Begins a run of a Python node and delivers its message; answers the run's id. */
  start(node?: string, tenant?: string): Promise<string>;
  lease(nodeId?: string, options?: LeaseOptions): Promise<readonly WorkItemWire[]>;
  leaseRaw(nodeId?: string, options?: LeaseOptions): ReturnType<TestEngine["engine"]["services"]["pools"]["lease"]>;
  answer(
    item: Pick<WorkItemWire, "token" | "run_id">,
    output: JsonObject,
    tenant?: string,
  ): Promise<Result<unknown, Fault>>;
  fail(
    item: WorkItemWire,
    error: Extract<WorkItemAnswer["outcome"], { ok: false }>["error"],
  ): Promise<Result<unknown, Fault>>;
  beat(nodeId: string, items: readonly WorkItemWire[], giveBack?: readonly WorkItemWire[]): Promise<readonly string[]>;
  view(run: string): Promise<JsonObject>;
}

interface LeaseOptions {
  readonly pool?: string;
  readonly instance?: string;
  readonly kinds?: readonly string[];
  readonly most?: number;
  readonly protocol?: number;
  readonly tenant?: string;
  readonly waitMs?: number;
}

/** An engine with pools and these nodes, and what runners say to it. */
export async function poolWorld(
  nodes: readonly NodeDefinition[] = [pythonNode("shout")],
  ports?: (ports: MemoryPorts) => MemoryPorts,
  book?: PoolPorts["book"],
): Promise<PoolWorld> {
  const world = await testEngine([], ports, { pools: book ? { book } : true });
  const { engine, clock } = world;
  for (const node of nodes) {
    for (const tenant of ["default", "other"]) {
      const artifacts = { ...sampleArtifacts(node.name), code: CODE };
      const registered = await engine.ports.registry.register(tenant, node, artifacts, clock.now());
      if (!registered.ok) throw new Error(registered.error.message);
    }
  }
  const { pools, workItems, runs } = engine.services;
  const leaseRaw: PoolWorld["leaseRaw"] = (nodeId = "a", options = {}) => {
    const {
      pool = "python",
      instance = nodeId,
      kinds = ["python"],
      most = 10,
      tenant = "default",
      waitMs = 0,
    } = options;
    const runner = { nodeId, instance, kinds, version: "0.1.0", concurrency: 4, running: 0 };
    const { protocol = RUNNER_PROTOCOL } = options;
    return pools.lease(callFor(tenant), pool, { protocol, runner, most, waitMs });
  };
  return {
    ...world,
    leaseRaw,
    async start(node = "shout", tenant = "default") {
      const payload = { node, input: { "in.text": "hello" } };
      const accepted = await world.send("node.execute", payload, {}, { tenant });
      if (!accepted.ok) throw new Error(accepted.error.message);
      while (await engine.deliver());
      return accepted.value.runId ?? "";
    },
    async lease(nodeId, options) {
      const leased = await leaseRaw(nodeId, options);
      if (!leased.ok) throw new Error(leased.error.message);
      return leased.value.items;
    },
    answer: (item, output, tenant = "default") =>
      workItems.answer(callFor(tenant), item.token, {
        run_id: item.run_id,
        outcome: { ok: true, output },
        duration_ms: 5,
      }),
    fail: (item, error) =>
      workItems.answer(CALL, item.token, { run_id: item.run_id, outcome: { ok: false, error }, duration_ms: 5 }),
    async beat(nodeId, items, giveBack = []) {
      const says = {
        protocol: RUNNER_PROTOCOL,
        runner: { nodeId, instance: nodeId },
        items: items.map(({ token }) => ({ token })),
        giveBack: giveBack.map(({ token }) => token),
        leaving: false,
      };
      const heard = await pools.heartbeat(CALL, "python", says);
      if (!heard.ok) throw new Error(heard.error.message);
      return heard.value.lost;
    },
    async view(run) {
      const view = await runs.view(CALL, run);
      if (!view) throw new Error("no such run");
      return view;
    },
  };
}
