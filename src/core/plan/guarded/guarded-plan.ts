import type { Fault } from "../../errors.ts";
import { guardText, keyGuardsOf, mayProduce, type KeyGuards } from "../../registry/key-guards.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { Plan, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";
import { guardedFault } from "./guarded-parts.ts";

/**
 * PLAN_GUARDED_KEY when a plan that was made before, or elsewhere, has a guarded key from somebody who may not produce it
 * now; null when all is well.
 */
export function guardedPlanFault(plan: Plan, snapshot: RegistrySnapshot): Fault | null {
  if (keyGuardsOf(snapshot).size === 0) return null;
  return guardedFault({
    ...plan,
    steps: plan.steps.map(({ id, node, inputs, outputs, parent }) => ({
      id,
      node: { name: node, outputs: Object.fromEntries(outputs.map((key) => [key, {}])) },
      inputs: new Map(Object.entries(inputs)),
      wishes: new Map(),
      ...(parent === undefined ? {} : { parent }),
    })),
    boundaries: plan.boundaries ?? [],
    results: new Map(Object.entries(plan.results)),
    snapshot,
  });
}

/**
 * Steps that stand for one another because together they produce a guarded key: those of every composite that may, and
 * every step that may by itself. What one of them asks a person, or checks, holds for no other values than its own.
 */
export function guardedWholes(plan: Plan, snapshot: RegistrySnapshot): readonly (readonly StepId[])[] {
  const guards = keyGuardsOf(snapshot);
  if (guards.size === 0) return [];
  const outputsOf = new Map(plan.steps.map(({ id, outputs }) => [id, outputs]));
  const composites = (plan.boundaries ?? []).filter(({ node, steps, outputs }) => {
    const keys = new Set([...Object.keys(outputs), ...steps.flatMap((id) => outputsOf.get(id) ?? [])]);
    return producesGuarded(guards, keys, node);
  });
  const alone = plan.steps.filter(({ node, outputs }) => producesGuarded(guards, outputs, node));
  return [...composites.map(({ steps }) => steps), ...alone.map(({ id }) => [id])];
}

/** The refusal of a value that is told in the place of what such a step gives. */
export function toldFault(plan: Plan, told: Iterable<StepId>, snapshot: RegistrySnapshot): Fault | null {
  const guards = keyGuardsOf(snapshot);
  const wholes = guardedWholes(plan, snapshot);
  for (const id of told) {
    if (!wholes.some((steps) => steps.includes(id))) continue;
    const who = [...guards].map(([key, guard]) => `${key}: ${guardText(guard)}`);
    return planFault("guarded_key", `step ${id} has a part in a guarded key (${who.slice(0, 3).join("; ")})`, {
      place: `$.values[${JSON.stringify(id)}]`,
      hint: "leave its value out: it is executed anew",
    });
  }
  return null;
}

function producesGuarded(guards: KeyGuards, keys: Iterable<string>, name: string): boolean {
  for (const key of keys) if (guards.has(key) && mayProduce(guards, key, name)) return true;
  return false;
}
