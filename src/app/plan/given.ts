import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { jsonPath } from "../../core/contract/json-path.ts";
import { stateFault } from "../../core/contract/state-fault.ts";
import type { Fault } from "../../core/errors.ts";
import type { Source } from "../../core/plan/model/plan.ts";
import { nodeRef, type ContractKey, type NodeDefinition } from "../../core/registry/node.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { Budget } from "../../core/schema/budget.ts";
import { MAX_VALIDATION_WORK } from "../../core/schema/validate/validate.ts";
import type { Planned } from "./planning.ts";

/** A payload for planning only: names of given values may stand for the values. */
export const namesOnly = (payload: JsonObject): JsonObject => {
  const { given } = payload;
  return Array.isArray(given)
    ? { ...payload, given: Object.fromEntries(given.map((key) => [String(key), null])) }
    : payload;
};

/**
 * Checks the given values against every step and composite that takes one, so that bad input is refused before a run
 * exists: the whole input where all of it is given, otherwise each given value by itself. All checks together have the
 * budget of one: a value that is read by many nodes must not hold up others either.
 */
export function checkGiven(
  { plan, given }: Planned,
  snapshot: RegistrySnapshot,
  work = new Budget(MAX_VALIDATION_WORK),
): Fault | null {
  const asked = new Set<string>();
  for (const { node: name, version, inputs } of [...(plan.boundaries ?? []), ...plan.steps]) {
    const node = snapshot.byRef.get(nodeRef({ name, version }));
    const brought = Object.entries(inputs).filter(([, { step }]) => step === null);
    const count = Object.keys(inputs).length;
    const question = JSON.stringify([name, version, count, brought.map(([key, source]) => [key, source.key])]);
    if (!node || asked.has(question)) continue;
    asked.add(question);
    const what = `the given values do not satisfy the input contract of ${nodeRef(node)}`;
    const hint = `see the node's input_contract with GET /v1/nodes/${node.name}`;
    for (const { schema, value, place } of asksOf(node, brought, count, given)) {
      const problem = stateFault(schema, value, { what, code: "INPUT_STATE_INVALID", hint, place, work });
      if (problem !== null) return problem;
    }
  }
  return null;
}

interface Ask {
  readonly schema: JsonSchema;
  readonly value: JsonValue;
  readonly place: string;
}

function asksOf(
  { inputs, inputState }: NodeDefinition,
  brought: readonly (readonly [ContractKey, Source])[],
  count: number,
  given: JsonObject,
): readonly Ask[] {
  const valueOf = ({ key }: Source): JsonValue => given[key] ?? null;
  if (brought.length === count) {
    const value = Object.fromEntries(brought.map(([key, source]) => [key, valueOf(source)]));
    return [{ schema: inputState, value, place: "$" }];
  }
  return brought.flatMap(([key, source]) => {
    const port = inputs[key];
    return port ? [{ schema: port.schema, value: valueOf(source), place: jsonPath([key]) }] : [];
  });
}
