import type { JsonObject } from "../../../contracts/json/json.ts";
import { validateState } from "../../core/contract/validate-state.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { nodeRef } from "../../core/registry/node.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import type { Planned } from "./planning.ts";

/** A payload for planning only: names of given values may stand for the values. */
export const namesOnly = (payload: JsonObject): JsonObject => {
  const { given } = payload;
  return Array.isArray(given)
    ? { ...payload, given: Object.fromEntries(given.map((key) => [String(key), null])) }
    : payload;
};

/** Checks the given values against every step that reads nothing else, so that bad input is refused before a run exists. */
export function checkGiven({ plan, given }: Planned, snapshot: RegistrySnapshot): Fault | null {
  for (const step of plan.steps) {
    const sources = Object.entries(step.inputs);
    if (sources.some(([, source]) => source.step !== null)) continue;
    const node = snapshot.byRef.get(nodeRef({ name: step.node, version: step.version }));
    if (!node) continue;
    const input = Object.fromEntries(sources.map(([key, source]) => [key, given[source.key] ?? null]));
    const problems = validateState(node.inputState, input);
    const first = problems[0];
    if (!first) continue;
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
