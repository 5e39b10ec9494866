import type { ContractKey } from "../../registry/node.ts";
import type { Fit } from "../../schema/fit.ts";
import { preference, type Contender } from "./contender.ts";
import type { DraftStep } from "../model/draft-step.ts";
import type { Source, StepId } from "../model/plan.ts";
import type { Resolution } from "./resolution.ts";
import { outputShape } from "./search.ts";
import { stepIds } from "../model/step-ids.ts";

/**
 * Turns the chosen nodes into steps and says where every input comes from. Optional inputs are bound when they are given,
 * and wished for when a chosen step yields them anyway in a form that surely fits; no step is ever added for them.
 */
export function bindGoal(resolution: Resolution): {
  readonly steps: readonly DraftStep[];
  readonly results: ReadonlyMap<ContractKey, Source>;
} {
  const { chosen, serves, search } = resolution;
  const ids = stepIds([...chosen].sort(preference).map(({ node }) => node));
  const idOf = (contender: Contender): StepId => ids.get(contender.node) ?? contender.node.name;
  const yielders = yieldersOf(chosen);
  const steps = chosen.map((contender) => bindStep(contender, resolution, idOf, yielders));
  const results = new Map<ContractKey, Source>();
  for (const key of search.request.want) if (search.request.given.has(key)) results.set(key, { step: null, key });
  for (const demand of search.wants) {
    const producer = serves.get(demand);
    if (producer) results.set(demand.key, { step: idOf(producer), key: demand.key });
  }
  return { steps, results };
}

function bindStep(
  contender: Contender,
  { serves, search }: Resolution,
  idOf: (contender: Contender) => StepId,
  yielders: ReadonlyMap<ContractKey, readonly Contender[]>,
): DraftStep {
  const { node, needs } = contender;
  const inputs = new Map<ContractKey, Source>();
  const wishes = new Map<ContractKey, Source>();
  const unchecked: ContractKey[] = [];
  for (const need of needs) {
    const producer = serves.get(need);
    if (!producer) continue;
    inputs.set(need.key, { step: idOf(producer), key: need.key });
    if (fitOf(producer, need.key, need.shape) !== "yes") unchecked.push(need.key);
  }
  for (const [key, port] of Object.entries(node.inputs)) {
    if (search.request.given.has(key)) {
      inputs.set(key, { step: null, key });
      continue;
    }
    if (!port.optional) continue;
    const giver = yielders
      .get(key)
      ?.find((other) => other !== contender && fitOf(other, key, search.shapes.numberOf(port.schema)) === "yes");
    if (giver) wishes.set(key, { step: idOf(giver), key });
  }
  return { id: idOf(contender), node, inputs, wishes, after: [], unchecked };

  function fitOf(producer: Contender, key: ContractKey, shape: number): Fit["fit"] {
    const output = outputShape(producer, key);
    return output === undefined ? "no" : search.shapes.fitOf(output, shape).fit;
  }
}

function yieldersOf(chosen: readonly Contender[]): ReadonlyMap<ContractKey, readonly Contender[]> {
  const found = new Map<ContractKey, Contender[]>();
  for (const contender of chosen) {
    for (const { key } of contender.facts.outputs) {
      const list = found.get(key);
      if (list) list.push(contender);
      else found.set(key, [contender]);
    }
  }
  return found;
}
