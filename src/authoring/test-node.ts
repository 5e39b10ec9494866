import type { JsonObject } from "../../contracts/json/json.ts";
import { validateState } from "../core/contract/validate-state.ts";
import { Budget } from "../core/schema/budget.ts";
import type { DefinedNode, RunContext } from "./define-node.ts";

/** Steps of work for one state, as at run time. */
const WORK = 500_000;

/** What came of trying a node. */
export interface NodeTrial {
  readonly output: JsonObject;
}

const CONTEXT: RunContext = {
  correlationId: "00000000-0000-4000-8000-000000000000",
  runId: "r00_00000000000000000000000000",
  stepId: "test",
  attempt: 1,
  idempotencyKey: "r00_00000000000000000000000000/test",
  signal: { aborted: false, addEventListener: () => undefined },
};

/**
 * Runs a node as the engine would: the input is checked against its contract, the output too. Throws TypeError with the
 * place of what does not satisfy the contract, and whatever the node throws.
 */
export async function testNode(
  node: DefinedNode,
  input: JsonObject,
  context: Partial<RunContext> = {},
): Promise<NodeTrial> {
  hold(node.definition.inputState, input, "input");
  const output = await node.execute(input, { ...CONTEXT, ...context });
  hold(node.definition.outputState, output, "output");
  return { output };
}

function hold(schema: JsonObject, state: JsonObject, side: string): void {
  const [wrong] = validateState(schema, state, `$.${side}`, new Budget(WORK));
  if (wrong !== undefined) throw new TypeError(`${wrong.place} ${wrong.message}`);
}
