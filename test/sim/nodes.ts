import type { JsonObject } from "../../contracts/json/json.ts";
import { fault, RuntimeHostError } from "../../src/core/errors.ts";
import { builtinHandler } from "../../src/infra/handlers/builtin-handler.ts";
import type { Handler, NodeCall, NodeOutput } from "../../src/spi/handler.ts";
import type { ExecutionLog } from "./execution-log.ts";
import type { Process } from "./process.ts";
import type { SimNode } from "./sim-node.ts";
import type { Universe } from "./universe.ts";

/** A process's own handlers: the scenario's nodes, misbehaving as the world decides. */
export function handlersOf(
  process: Process,
  nodes: readonly SimNode[],
  executions: ExecutionLog,
  universe: Universe,
): readonly Handler[] {
  const table = Object.fromEntries(
    nodes.map((node) => [node.name, (call: NodeCall) => run(node, call, process, executions, universe)]),
  );
  return [builtinHandler(table)];
}

function run(
  node: SimNode,
  call: NodeCall,
  process: Process,
  executions: ExecutionLog,
  { decisions, note }: Universe,
): Promise<NodeOutput> {
  const execution = executions.begun(call);
  const fate = decisions.choose(`node ${node.name}`, "node");
  if (fate !== "works") note(`node ${node.name}`, fate);
  const broken = (code: "CONNECTION_ERROR" | "HANDLER_EXECUTION_ERROR", retryable: boolean): RuntimeHostError =>
    new RuntimeHostError(
      fault(code, `${node.name} was made to fail`, { retryable, details: { execution: execution.number } }),
    );
  if (fate === "hangs") return new Promise(() => undefined);
  return process.call(`run ${call.stepId} of ${call.runId.slice(-6)}`, () => {
    if (fate === "fails") throw broken("CONNECTION_ERROR", true);
    if (fate === "fails for good") throw broken("HANDLER_EXECUTION_ERROR", false);
    if (fate === "throws") throw new TypeError(`${node.name} has a mistake of its own`);
    if (fate === "lies") return { result: { [node.gives]: 7 } };
    const text = node.effect ? executions.output(execution, node.chars) : computed(node, call.node.version, call.input);
    return { result: { [node.gives]: text } };
  });
}

/** The same for the same input, as a compute node must be. */
export function computed(node: SimNode, version: string, input: JsonObject): string {
  let mixed = 0x811c9dc5;
  for (const text of [node.name, version, ...Object.values(input)]) {
    const value = String(text);
    for (let i = 0; i < Math.min(value.length, 64); i++) mixed = Math.imul(mixed ^ value.charCodeAt(i), 0x01000193);
  }
  return `c${(mixed >>> 0).toString(36)}:`.padEnd(node.chars, "·");
}
