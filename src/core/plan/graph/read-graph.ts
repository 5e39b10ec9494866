import type { Fault } from "../../errors.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Available } from "../search/eligible.ts";
import type { Gate } from "../model/gate.ts";
import { gateSources } from "../model/gate-sources.ts";
import { nodeFinder } from "./graph-nodes.ts";
import { resolveSource, type Scope } from "./graph-source.ts";
import type { Graph, GraphStep } from "../model/graph.ts";
import { suggestion } from "../model/nearest.ts";
import type { Candidate, Source, StepId } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { gatherFaults, planFault } from "../model/problem.ts";
import { resolveGate } from "./resolve-gate.ts";

/** A step of a graph whose node is known and whose written references have been checked. */
export interface ReadStep {
  readonly id: StepId;
  readonly node: NodeDefinition;
  readonly candidates: readonly Candidate[];
  readonly after: readonly StepId[];
  readonly when?: Gate;
  /** The inputs the author bound. */
  readonly inputs: ReadonlyMap<ContractKey, Source>;
  /** Optional inputs the author left out stay unbound. */
  readonly exact: boolean;
  readonly parent?: StepId;
}

/** Finds every step's node and checks every reference. All that is wrong is reported together. */
export function readGraph(
  graph: Graph,
  snapshot: RegistrySnapshot,
  policy: Policy,
  available: Available,
  reach: "named" | "part",
): Result<readonly ReadStep[], Fault> {
  const faults: Fault[] = [];
  const find = nodeFinder(snapshot, policy, available, reach);
  const nodes = new Map<StepId, NodeDefinition>();
  const candidates = new Map<StepId, readonly Candidate[]>();
  const placeOf = new Map<StepId, number>();
  graph.steps.forEach((step, i) => {
    const first = placeOf.get(step.id);
    if (first !== undefined) {
      const hint = `rename it; steps[${first}] has this id too`;
      faults.push(planFault("duplicate_step", `two steps have the id ${step.id}`, { place: `steps[${i}].id`, hint }));
      return;
    }
    placeOf.set(step.id, i);
    const named = find(step, `steps[${i}]`);
    if (!named.ok) {
      faults.push(named.error);
      return;
    }
    nodes.set(step.id, named.value.node);
    candidates.set(step.id, named.value.candidates);
  });
  // A reference to a step whose node is unknown cannot be judged, and its own fault is reported already.
  if (nodes.size < placeOf.size) return refuse(faults);
  const scope: Scope = { nodes, given: new Set(graph.given) };
  const read: ReadStep[] = [];
  for (const [i, step] of graph.steps.entries()) {
    const node = nodes.get(step.id);
    if (!node || placeOf.get(step.id) !== i) continue;
    const checked = checkStep(step, node, scope, `steps[${i}]`);
    if (checked.ok) read.push({ ...checked.value, candidates: candidates.get(step.id) ?? [] });
    else faults.push(...checked.error);
  }
  return faults.length === 0 ? ok(read) : refuse(faults);
}

function refuse(faults: readonly Fault[]): Result<never, Fault> {
  const [first, ...rest] = faults;
  return err(
    first
      ? gatherFaults([first, ...rest])
      : planFault("unreadable", "the graph could not be read", { place: "steps", hint: "name every step's node" }),
  );
}

function checkStep(
  step: GraphStep,
  node: NodeDefinition,
  scope: Scope,
  place: string,
): Result<Omit<ReadStep, "candidates">, readonly Fault[]> {
  const faults: Fault[] = [];
  for (const [i, id] of (step.after ?? []).entries()) {
    const at = `${place}.after[${i}]`;
    if (id === step.id) faults.push(selfDependency(step.id, at));
    else if (!scope.nodes.has(id)) {
      const hint = `name a step of this graph${suggestion(id, scope.nodes.keys())}`;
      faults.push(
        planFault("dangling_edge", `step ${step.id} comes after ${id}, which does not exist`, { place: at, hint }),
      );
    }
  }
  const inputs = new Map<ContractKey, Source>();
  for (const [key, written] of Object.entries(step.inputs ?? {})) {
    const at = `${place}.inputs["${key}"]`;
    const known = Object.keys(node.inputs);
    if (!known.includes(key)) {
      const hint =
        known.length === 0
          ? "it takes no inputs"
          : `it takes ${known.slice(0, 10).join(", ")}${suggestion(key, known)}`;
      faults.push(planFault("unknown_input", `${node.name} has no input ${key}`, { place: at, hint }));
      continue;
    }
    const source = resolveSource(written, scope, at);
    if (!source.ok) faults.push(source.error);
    else if (source.value.step === step.id) faults.push(selfDependency(step.id, at));
    else inputs.set(key, source.value);
  }
  const when = step.when === undefined ? null : resolveGate(step.when, scope, `${place}.when`);
  if (when && !when.ok) faults.push(when.error);
  if (when?.ok && gateSources(when.value).some((source) => source.step === step.id))
    faults.push(selfDependency(step.id, `${place}.when`));
  if (faults.length > 0) return err(faults);
  return ok({
    id: step.id,
    node,
    after: step.after ?? [],
    inputs,
    exact: step.exact ?? false,
    ...(when?.ok ? { when: when.value } : {}),
    ...(step.parent === undefined ? {} : { parent: step.parent }),
  });
}

const selfDependency = (id: StepId, place: string): Fault =>
  planFault("self_dependency", `step ${id} waits for itself`, { place, hint: "name another step or a given value" });
