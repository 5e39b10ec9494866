import type { Fault } from "../../errors.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import type { GraphSource } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import type { Source, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/** What a graph's texts are resolved against. */
export interface Scope {
  readonly nodes: ReadonlyMap<StepId, NodeDefinition>;
  readonly given: ReadonlySet<ContractKey>;
}

/** Resolves `step.output_key`, a given key or a source object, and checks that the value exists. `place` is where it is written. */
export function resolveSource(source: GraphSource, scope: Scope, place: string): Result<Source, Fault> {
  if (typeof source !== "string") return check(source, scope, place);
  const owned = stepPart(source, scope);
  const isGiven = scope.given.has(source);
  if (owned && isGiven) {
    return err(
      planFault("ambiguous_input", `${source} is a given key and an output of step ${owned.step}`, {
        place,
        hint: "write it as {step, key}, with step null for the given key",
      }),
    );
  }
  if (isGiven) return ok({ step: null, key: source });
  if (owned) return check(owned, scope, place);
  const outputs = [...scope.nodes].flatMap(([id, node]) => Object.keys(node.outputs).map((key) => `${id}.${key}`));
  return err(
    planFault("dangling_edge", `${source} is neither a given key nor an output of a step`, {
      place,
      hint: `name a given key or step.output_key${suggestion(source, [...scope.given, ...outputs.slice(0, 10_000)])}`,
    }),
  );
}

/** The step a text begins with. Step ids hold no dots, so the first one parts it from the key. */
function stepPart(source: string, { nodes }: Scope): { readonly step: StepId; readonly key: ContractKey } | null {
  const dot = source.indexOf(".");
  const step = dot < 0 ? "" : source.slice(0, dot);
  return nodes.has(step) ? { step, key: source.slice(dot + 1) } : null;
}

function check(source: Source, { nodes, given }: Scope, place: string): Result<Source, Fault> {
  const { step, key } = source;
  if (step === null) {
    if (given.has(key)) return ok(source);
    const hint = `give it with the request${suggestion(key, given)}`;
    return err(planFault("dangling_edge", `${key} is not given`, { place, hint }));
  }
  const node = nodes.get(step);
  if (!node) {
    const hint = `name a step of this graph${suggestion(step, nodes.keys())}`;
    return err(planFault("dangling_edge", `there is no step ${step}`, { place, hint }));
  }
  if (Object.hasOwn(node.outputs, key)) return ok(source);
  const outputs = Object.keys(node.outputs);
  return err(
    planFault("unknown_output", `step ${step} (${node.name}) has no output ${key}`, {
      place,
      hint:
        outputs.length === 0
          ? "the node has no outputs"
          : `it has ${outputs.slice(0, 10).join(", ")}${suggestion(key, outputs)}`,
    }),
  );
}
