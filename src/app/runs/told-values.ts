import type { JsonObject } from "../../../contracts/json/json.ts";
import { stateFault } from "../../core/contract/state-fault.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { planIndex } from "../../core/plan/model/plan-index.ts";
import type { Plan, PlanStep, StepId } from "../../core/plan/model/plan.ts";
import { StateHasher } from "../../core/run/model/hash.ts";
import type { RunState, StepOutcome } from "../../core/run/model/state.ts";
import { triedStates } from "../../core/run/model/tried-steps.ts";
import type { SetOutputs } from "../../core/run/reduce/rerun.ts";
import { quoted } from "../../core/text/clip.ts";
import { loadState, storeState, type ValuePorts } from "../execute/value-store.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

/** Values that stand in the place of what steps gave, by step and contract key. */
export type ToldValues = Readonly<Record<StepId, JsonObject>>;

interface Asked {
  readonly plan: Plan;
  readonly original: RunState;
  readonly from: StepId | null;
}

/**
 * What is wrong with the values that a rerun is told: a step or key the plan does not have, a step that is to be executed
 * anew, a step that would give too little, a value against its node's contract. Null for nothing.
 */
export async function wrongValue(
  tenant: string,
  told: ToldValues,
  { plan, original, from }: Asked,
  { registry }: { readonly registry: RegistryCache },
): Promise<Fault | null> {
  const { stepById } = planIndex(plan);
  for (const [id, values] of Object.entries(told)) {
    const place = `$.values[${JSON.stringify(id)}]`;
    const step = stepById.get(id);
    const steps = plan.steps.slice(0, 20).map((one) => one.id);
    if (!step) return refusal(`the plan has no step ${quoted(id)}`, place, `its steps are ${steps.join(", ")}`);
    if (id === from) return refusal(`step '${id}' is executed anew: what it gives is its own`, place, "leave it out");
    const against =
      unknownKey(step, values, place) ??
      tooLittle(step, values, outcomeOf(original, id), place) ??
      (await againstContract(tenant, step, values, { place, registry }));
    if (against) return against;
  }
  return null;
}

/** All outputs of the steps whose values are told, kept where values are kept. */
export async function setOutputs(
  tenant: string,
  told: ToldValues,
  original: RunState,
  ports: ValuePorts,
): Promise<ReadonlyMap<StepId, SetOutputs>> {
  const set = new Map<StepId, SetOutputs>();
  for (const [id, values] of Object.entries(told)) {
    const before = outcomeOf(original, id);
    const outputs = { ...(before?.ok ? before.outputs : {}), ...(await storeState(tenant, values, ports)) };
    const outputHash = new StateHasher().state(await loadState(outputs, ports.blobs));
    set.set(id, { keys: Object.keys(values), outputs, outputHash });
  }
  return set;
}

const outcomeOf = (state: RunState, id: StepId): StepOutcome | null =>
  triedStates(state).find((step) => step.id === id)?.outcome ?? null;

function unknownKey(step: PlanStep, values: JsonObject, place: string): Fault | null {
  const keys = Object.keys(values);
  if (keys.length === 0) return refusal("a step is named without a value", place, "give a value, or leave it out");
  const stray = keys.find((key) => !step.outputs.includes(key));
  if (stray === undefined) return null;
  const at = `${place}[${JSON.stringify(stray)}]`;
  return refusal(`step '${step.id}' gives no ${quoted(stray)}`, at, `it gives ${step.outputs.join(", ")}`);
}

/** A step that gave nothing, or was answered with its composite, has to be told all it gives. */
function tooLittle(step: PlanStep, values: JsonObject, before: StepOutcome | null, place: string): Fault | null {
  if (before?.ok && before.hit?.boundary === undefined) return null;
  const missing = step.outputs.filter((key) => !Object.hasOwn(values, key));
  if (missing.length === 0) return null;
  return refusal(`step '${step.id}' has not given ${missing.join(", ")}`, place, "tell all that it gives");
}

async function againstContract(
  tenant: string,
  { id, node, version }: PlanStep,
  values: JsonObject,
  { place, registry }: { readonly place: string; readonly registry: RegistryCache },
): Promise<Fault | null> {
  // A node that is gone has no contract any more; what reads the value has one.
  const definition = await registry.definition(tenant, node, version).catch(() => null);
  for (const [key, value] of Object.entries(values)) {
    const schema = definition?.outputs[key];
    if (schema === undefined) continue;
    const what = `the value of '${key}' is not what step '${id}' may give`;
    const hint = "compare it with the node's output_contract";
    const against = stateFault(schema, value, { what, code: "OUTPUT_STATE_INVALID", hint });
    if (against) return { ...against, place: `${place}[${JSON.stringify(key)}]${(against.place ?? "$").slice(1)}` };
  }
  return null;
}

const refusal = (message: string, place: string, hint: string): Fault =>
  fault("INVALID_PARAMETER", message, { place, hint });
