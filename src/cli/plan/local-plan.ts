import { relative } from "node:path";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import { mutatePlan, type Mutation } from "../../core/plan/replan/mutate-plan.ts";
import type { Imported } from "../../core/plan/import/imported.ts";
import { planGoal } from "../../core/plan/search/plan-goal.ts";
import { planGraph } from "../../core/plan/graph/plan-graph.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { ok, type Result } from "../../core/result.ts";
import type { Ground } from "../../app/plan/ground.ts";
import { namesOnly } from "../../app/plan/given.ts";
import { planOperation } from "../../app/plan/planning.ts";
import { systemClock, systemIds } from "../../infra/system/clock.ts";
import { LOCAL_TENANT, localEngine } from "../run/local-engine.ts";
import type { Shell } from "../shell.ts";
import { outOfEnvelope } from "./out-of-envelope.ts";
import type { PlanDocument } from "./plan-document.ts";
import { payloadWith, policyWith } from "./policy-option.ts";
import { neighbouringGraphs, nodeSources, withStandIns } from "./stand-ins.ts";

/** What a plan is made from besides its document. */
export interface PlanWishes {
  /** Where the document is; `-` for standard input. */
  readonly path: string;
  readonly nodes: readonly string[];
  readonly policy: JsonObject;
  readonly mutations: readonly Mutation[];
}

export interface MadePlan {
  readonly plan: Plan;
  /** What a person should know of how it was made. */
  readonly notes: readonly string[];
}

/** Plans a document in this process, over the built-in nodes and those it is told of. Runs nothing. */
export async function planLocally(
  document: PlanDocument,
  wishes: PlanWishes,
  shell: Shell,
): Promise<Result<MadePlan, Fault>> {
  const sources = await nodeSources(wishes.nodes, shell);
  const engine = await localEngine({ clock: systemClock, ids: systemIds }, sources.folders, shell);
  const registry = withStandIns(await engine.ports.registry.snapshot(LOCAL_TENANT), sources.standIns);
  const { snapshot, notes } = standInsFor(document, registry, wishes, shell);
  const ground = { snapshot, served: engine.parts.router.served };
  const planned = plan(document, ground, wishes.policy);
  if (!planned.ok) return planned;
  // A plan made before is held against this registry, changed or not.
  const changing = wishes.mutations.length > 0 || document.kind === "plan";
  const changed = changing ? mutatePlan(planned.value, wishes.mutations, snapshot, ground.served) : planned;
  return changed.ok ? ok({ plan: changed.value, notes }) : changed;
}

function standInsFor(
  document: PlanDocument,
  registry: RegistrySnapshot,
  { path, nodes: told }: PlanWishes,
  shell: Shell,
): { readonly snapshot: RegistrySnapshot; readonly notes: readonly string[] } {
  if (document.kind !== "imported") return { snapshot: registry, notes: [] };
  const { imported } = document;
  if (imported.kind === "graph") return { snapshot: withStandIns(registry, imported.nodes), notes: imported.notes };
  const graphs = told.length > 0 ? [] : neighbouringGraphs(path, shell);
  return {
    snapshot: withStandIns(
      registry,
      graphs.flatMap(({ nodes }) => nodes),
    ),
    notes: [...imported.notes, ...graphs.map((one) => `with the steps of ${relative(shell.cwd, one.path)}`)],
  };
}

function plan(document: PlanDocument, ground: Ground, policy: JsonObject): Result<Plan, Fault> {
  switch (document.kind) {
    case "request": {
      const { operation, targetNode } = document;
      const payload = namesOnly(payloadWith(document.payload, policy));
      const planned = planOperation({ operation, payload, targetNode }, ground);
      if (!planned.ok) return document.bare ? outOfEnvelope(planned.error) : planned;
      return ok(planned.value.plan);
    }
    case "imported":
      return planImported(document.imported, ground, policy);
    case "plan": {
      const rules = policyWith(document.plan.policy, policy);
      return rules.ok ? ok({ ...document.plan, policy: rules.value }) : rules;
    }
  }
}

function planImported(imported: Imported, { snapshot, served }: Ground, fields: JsonObject): Result<Plan, Fault> {
  const policy = policyWith(imported.kind === "graph" ? imported.policy : imported.goal.policy, fields);
  if (!policy.ok) return policy;
  return imported.kind === "graph"
    ? planGraph(imported.graph, snapshot, policy.value, served)
    : planGoal({ ...imported.goal, policy: policy.value }, snapshot, served);
}
