import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Graph, GraphSource, GraphStep } from "../../core/plan/model/graph.ts";
import type { Gate } from "../../core/plan/model/gate.ts";
import type { Boundary, Plan, PlanStep, Source } from "../../core/plan/model/plan.ts";
import type { Policy } from "../../core/plan/model/policy.ts";
import { gateToWire, policyToWire } from "../../core/plan/stored/plan-to-wire.ts";

/** An imported graph as the payload of `graph.run`. */
export const graphPayload = ({ steps, want }: Graph, policy: Policy): JsonObject => ({
  steps: steps.map(stepPayload),
  ...(want === undefined ? {} : { want: [...want] }),
  policy: policyToWire(policy),
});

const stepPayload = ({ id, node, version, after, inputs }: GraphStep): JsonObject => ({
  ...{ id, node },
  ...(version === undefined ? {} : { version }),
  ...(after === undefined ? {} : { after: [...after] }),
  ...(inputs === undefined ? {} : { inputs: sourcesPayload(inputs) }),
});

/**
 * A plan as the payload of `graph.run`: its very nodes and versions. Composites are one step each again, since a graph
 * says which node is wanted and not what it consists of.
 */
export function planPayload(plan: Plan): JsonObject {
  const outermost = (plan.boundaries ?? []).filter(({ parent }) => parent === null);
  const folded = new Map(outermost.flatMap((one) => one.steps.map((id) => [id, one] as const)));
  const begun = new Set<string>();
  const steps = plan.steps.flatMap((step): readonly JsonObject[] => {
    const whole = folded.get(step.id);
    if (whole === undefined) return [planStepPayload(step, folded)];
    if (begun.has(whole.id)) return [];
    begun.add(whole.id);
    return [wholePayload(whole, plan, folded)];
  });
  return { steps, want: wantOf(plan, folded), policy: policyToWire(plan.policy) };
}

type Folded = ReadonlyMap<string, Boundary>;

const planStepPayload = ({ id, node, version, inputs, after, when }: PlanStep, folded: Folded): JsonObject => ({
  ...{ id, node, version },
  inputs: sourcesPayload(mapped(inputs, folded)),
  ...(after.length === 0 ? {} : { after: signals(after, folded) }),
  ...(when === undefined ? {} : { when: gateToWire(gateOutside(when, folded)) }),
});

/** A composite in one step: it comes after whatever its parts came after outside of it. */
function wholePayload({ id, node, version, steps, inputs }: Boundary, plan: Plan, folded: Folded): JsonObject {
  const parts = new Set(steps);
  const inside = plan.steps.filter((step) => parts.has(step.id));
  const after = signals(
    inside.flatMap((step) => step.after.filter((other) => !parts.has(other))),
    folded,
  );
  return {
    ...{ id, node, version },
    inputs: sourcesPayload(mapped(inputs, folded)),
    ...(after.length === 0 ? {} : { after }),
  };
}

/** A key by its name alone where one step gives it, so that the result has the plan's name. */
function wantOf({ results, steps }: Plan, folded: Folded): string[] {
  const givers = new Map<string, Set<string>>();
  for (const { id, outputs } of steps) {
    for (const key of outputs) {
      const { step, key: name } = outside({ step: id, key }, folded);
      givers.set(name, new Set([...(givers.get(name) ?? []), step ?? ""]));
    }
  }
  return Object.entries(results).map(([name, source]) => {
    const { step, key } = outside(source, folded);
    return step === null || (key === name && givers.get(key)?.size === 1) ? key : `${step}.${key}`;
  });
}

const signals = (after: readonly string[], folded: Folded): string[] => [
  ...new Set(after.map((id) => folded.get(id)?.id ?? id)),
];

const mapped = (inputs: Readonly<Record<string, Source>>, folded: Folded): Readonly<Record<string, Source>> =>
  Object.fromEntries(Object.entries(inputs).map(([key, source]) => [key, outside(source, folded)]));

/** A value that a part gives, as the composite's. */
function outside(source: Source, folded: Folded): Source {
  const whole = source.step === null ? undefined : folded.get(source.step);
  if (whole === undefined) return source;
  const given = Object.entries(whole.outputs).find(([, { step, key }]) => step === source.step && key === source.key);
  return { step: whole.id, key: given?.[0] ?? source.key };
}

function gateOutside(gate: Gate, folded: Folded): Gate {
  if ("test" in gate) return { test: { ...gate.test, value: outside(gate.test.value, folded) } };
  if ("not" in gate) return { not: gateOutside(gate.not, folded) };
  return "all" in gate
    ? { all: gate.all.map((one) => gateOutside(one, folded)) }
    : { any: gate.any.map((one) => gateOutside(one, folded)) };
}

const sourcesPayload = (inputs: Readonly<Record<string, GraphSource>>): JsonObject =>
  Object.fromEntries(
    Object.entries(inputs).map(([key, source]) => [
      key,
      typeof source === "string" ? source : { step: source.step, key: source.key },
    ]),
  );
