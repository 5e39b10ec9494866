import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { jsonPath } from "../../core/contract/json-path.ts";
import { validateState, type StateProblem } from "../../core/contract/validate-state.ts";
import { fault, type Fault } from "../../core/errors.ts";
import type { Source } from "../../core/plan/model/plan.ts";
import { nodeRef, type ContractKey, type NodeDefinition } from "../../core/registry/node.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
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
 * exists: the whole input where all of it is given, otherwise each given value by itself.
 */
export function checkGiven({ plan, given }: Planned, snapshot: RegistrySnapshot): Fault | null {
  for (const { node: name, version, inputs } of [...(plan.boundaries ?? []), ...plan.steps]) {
    const node = snapshot.byRef.get(nodeRef({ name, version }));
    const problems = node ? problemsOf(node, Object.entries(inputs), given) : [];
    const first = problems[0];
    if (!node || !first) continue;
    return fault(
      "INPUT_STATE_INVALID",
      `the given values do not satisfy the input contract of ${nodeRef(node)}: ${first.place} ${first.message}`,
      {
        place: first.place,
        hint: "see the node's input_contract with GET /v1/nodes/" + node.name,
        details: problems.slice(0, 20).map(({ place, message }) => ({ place, message })),
      },
    );
  }
  return null;
}

function problemsOf(
  { inputs, inputState }: NodeDefinition,
  sources: readonly (readonly [ContractKey, Source])[],
  given: JsonObject,
): readonly StateProblem[] {
  const brought = sources.filter(([, { step }]) => step === null);
  const valueOf = ({ key }: Source): JsonValue => given[key] ?? null;
  if (brought.length === sources.length)
    return validateState(inputState, Object.fromEntries(sources.map(([key, source]) => [key, valueOf(source)])));
  return brought.flatMap(([key, source]) => {
    const port = inputs[key];
    return port ? validateState(port.schema, valueOf(source), jsonPath([key])) : [];
  });
}
