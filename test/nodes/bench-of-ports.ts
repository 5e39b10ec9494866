import { nodeQuickJsModule } from "../../src/cli/quickjs-module.ts";
import { builtinHandler } from "../../src/infra/handlers/builtin-handler.ts";
import { functionHandler } from "../../src/infra/handlers/function-handler.ts";
import { memoryBlobStore } from "../../src/infra/memory/blob-store.ts";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { seededIds } from "../../src/infra/memory/ids.ts";
import { memoryNodeRegistry } from "../../src/infra/memory/node-registry.ts";
import { quickJsSandbox } from "../../src/infra/sandbox/quick-js-sandbox.ts";
import { builtinNodes, type NodePorts } from "../../src/nodes/index.ts";
import { DEFAULT_PRINCIPAL } from "../../src/core/call/principal.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import type { NodeDefinition } from "../../src/core/registry/node.ts";
import { NOT_BEGUN } from "../../src/core/sandbox/budget.ts";
import type { Handler, NodeCall, NodeOutput } from "../../src/spi/handler.ts";

export const START = Date.UTC(2026, 0, 1);

/** A call of a node as the executor makes it. */
export const callOf = (node: NodeDefinition, input: JsonObject, changes: Partial<NodeCall> = {}): NodeCall => ({
  node,
  input,
  tenant: "default",
  runId: "r00_01KDVDPE000000000000000000",
  stepId: node.name,
  attempt: 1,
  correlationId: "6f1d5a3e-2b0c-4c8e-9a43-0d4c2e7b9f10",
  principal: DEFAULT_PRINCIPAL,
  trace: null,
  idempotencyKey: `r00_01KDVDPE000000000000000000/${node.name}`,
  lease: null,
  signal: { aborted: false, addEventListener: () => undefined },
  code: () => Promise.reject(new Error("this node has no code")),
  ...changes,
});

/** The real handlers on memory ports: what executes a node without a server. */
export async function bench(changes: Partial<NodePorts> = {}) {
  const clock = fixedClock(START);
  const sandbox = quickJsSandbox({ loadModule: nodeQuickJsModule });
  const ports = {
    sandbox,
    registry: memoryNodeRegistry(),
    blobs: memoryBlobStore(),
    clock,
    ids: seededIds(7),
    ...changes,
  };
  const handlers = new Map<string, Handler>();
  for (const handler of [builtinHandler(builtinNodes(ports)), functionHandler(ports.sandbox)]) {
    await handler.initialize();
    handlers.set(handler.type, handler);
  }
  return {
    ...ports,
    clock,
    async execute(node: NodeDefinition, input: JsonObject, changed: Partial<NodeCall> = {}): Promise<NodeOutput> {
      const handler = handlers.get(node.entrypoint.type);
      if (!handler) throw new Error(`no handler for ${node.entrypoint.type}`);
      const answer = await handler.execute(callOf(node, input, changed));
      if (answer === NOT_BEGUN) throw new Error(`${node.name} was not begun`);
      return answer;
    },
  };
}
