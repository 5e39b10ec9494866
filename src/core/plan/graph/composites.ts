import { composite } from "../../../../contracts/documents/graph.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { keyGuardsOf } from "../../registry/key-guards.ts";
import { nodeRef, type ContractKey, type NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import { unlicensedIn, type Unlicensed } from "../guarded/unlicensed.ts";
import { bindGraph } from "./bind-graph.ts";
import type { DraftStep } from "../model/draft-step.ts";
import type { Available } from "../search/eligible.ts";
import { gateTypeFaults } from "./gate-types.ts";
import { graphResults } from "./graph-results.ts";
import { resolveSource } from "./graph-source.ts";
import type { GraphSource, GraphStep } from "../model/graph.ts";
import type { Source } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { planFault } from "../model/problem.ts";
import { readGraph } from "./read-graph.ts";
import { shapesOf, type Shapes } from "../search/shapes.ts";
import type { Template } from "./template.ts";
import { isComposite, unfold } from "./unfold.ts";

/** Composites nest at most this deep, or as deep as the policy's max_depth where that is less. */
export const MAX_NESTING = 32;

const NOTHING: Unlicensed = new Map();

interface Body {
  readonly steps: readonly GraphStep[];
  readonly outputs: Readonly<Record<ContractKey, GraphSource>>;
}

/** The composites of one planning request, each unfolded once. */
export class Composites {
  readonly #snapshot: RegistrySnapshot;
  readonly #policy: Policy;
  readonly #available: Available;
  readonly #shapes: Shapes;
  readonly #templates = new Map<NodeDefinition, Result<Template, Fault>>();

  constructor(snapshot: RegistrySnapshot, policy: Policy, available: Available) {
    this.#snapshot = snapshot;
    this.#policy = policy;
    this.#available = available;
    this.#shapes = shapesOf(snapshot).forPlan();
  }

  /** Why a node cannot be used because of its body, for a person; null when it can, or has none. */
  objection(node: NodeDefinition): string | null {
    if (!isComposite(node)) return null;
    const template = this.template(node);
    if (!template.ok) return `its body cannot be planned: ${template.error.message}`;
    const [unlicensed] = template.value.unlicensed.values();
    return unlicensed ?? null;
  }

  /** The composite's parts. Refused like an explicit graph, with the composite named in the place. */
  template = (node: NodeDefinition): Result<Template, Fault> => {
    const known = this.#templates.get(node);
    if (known) return known;
    const made = this.#template(node, [], new Map());
    this.#templates.set(node, made);
    return made;
  };

  /** Recursion is bounded by MAX_NESTING. A refusal may be due to the path, so it is remembered for this path's root only. */
  #template(
    node: NodeDefinition,
    above: readonly string[],
    refused: Map<NodeDefinition, Fault>,
  ): Result<Template, Fault> {
    const path = [...above, nodeRef(node)];
    const limit = Math.min(MAX_NESTING, this.#policy.maxDepth);
    const known = this.#templates.get(node);
    if (known?.ok) return above.length + known.value.nesting > limit ? err(tooDeep(path, limit)) : known;
    const refusal = refused.get(node);
    if (refusal) return err(refusal);
    const made = path.length > limit ? err(tooDeep(path, limit)) : this.#make(node, path, refused);
    if (made.ok) this.#templates.set(node, made);
    else refused.set(node, placed(made.error, node));
    return made.ok ? made : err(placed(made.error, node));
  }

  #make(node: NodeDefinition, path: readonly string[], refused: Map<NodeDefinition, Fault>): Result<Template, Fault> {
    const self = path.slice(0, -1).indexOf(nodeRef(node));
    if (self >= 0) return err(selfContaining(path.slice(self)));
    const body = bodyOf(node);
    if (!body.ok) return body;
    const inputs = Object.keys(node.inputs);
    const asked = { steps: body.value.steps, given: inputs };
    const read = readGraph(asked, this.#snapshot, this.#policy, this.#available, "part");
    if (!read.ok) return read;
    const bound = bindGraph(read.value, new Set(inputs), this.#shapes);
    if (!bound.ok) return bound;
    const steps: DraftStep[] = [];
    for (const step of bound.value.steps) {
      const checked = this.#againstInputs(step, node);
      if (!checked.ok) return checked;
      steps.push(checked.value);
    }
    const [unanswerable] = gateTypeFaults(steps, (key) => {
      const schema = node.inputs[key]?.schema;
      return schema === undefined ? [] : [schema];
    });
    if (unanswerable) return err(unanswerable);
    const outputs = this.#outputs(body.value, steps, node);
    if (!outputs.ok) return outputs;
    let nesting = 1;
    const templateOf = (part: NodeDefinition): Result<Template, Fault> => {
      const inner = this.#template(part, path, refused);
      if (inner.ok) nesting = Math.max(nesting, inner.value.nesting + 1);
      return inner;
    };
    const unfolded = unfold(steps, outputs.value, templateOf, this.#policy.maxSteps);
    if (!unfolded.ok) return unfolded;
    const { steps: leaves, boundaries, results } = unfolded.value;
    const unlicensed = unlicensedIn(node, steps, keyGuardsOf(this.#snapshot), (part) => {
      const inner = this.#templates.get(part);
      return inner?.ok ? inner.value.unlicensed : NOTHING;
    });
    return ok({ node, steps: leaves, boundaries, outputs: results, nesting, unlicensed });
  }

  /** What the composite is handed must do for its parts, and what it may lack no part may depend on. */
  #againstInputs(step: DraftStep, node: NodeDefinition): Result<DraftStep, Fault> {
    const unchecked = new Set(step.unchecked);
    for (const [key, source] of [...step.inputs, ...step.wishes]) {
      const outer = source.step === null ? node.inputs[source.key] : undefined;
      const inner = step.node.inputs[key];
      if (!outer || !inner) continue;
      if (outer.optional && !inner.optional) return err(dependsOnOptional(step, key, source));
      const fit = this.#shapes.fit(outer.schema, inner.schema);
      if (fit.fit === "no")
        return err(misfit(`input ${source.key} does not fit step ${step.id} at ${fit.place}: ${fit.reason}`));
      if (fit.fit === "unknown") unchecked.add(key);
    }
    return ok({ ...step, unchecked: [...unchecked] });
  }

  #outputs(
    body: Body,
    steps: readonly DraftStep[],
    node: NodeDefinition,
  ): Result<ReadonlyMap<ContractKey, Source>, Fault> {
    const scope = {
      nodes: new Map(steps.map((step) => [step.id, step.node])),
      given: new Set(Object.keys(node.inputs)),
    };
    const outputs = new Map<ContractKey, Source>();
    for (const [key, schema] of Object.entries(node.outputs)) {
      const written = Object.hasOwn(body.outputs, key) ? body.outputs[key] : undefined;
      const source =
        written === undefined ? named(key, steps, scope) : resolveSource(written, scope, `outputs["${key}"]`);
      if (!source.ok) return source;
      const { step, key: from } = source.value;
      if (step === null && node.inputs[from]?.optional)
        return err(misfit(`output ${key} is the optional input ${from}`));
      const offered = step === null ? node.inputs[from]?.schema : scope.nodes.get(step)?.outputs[from];
      const fit = offered ? this.#shapes.fit(offered, schema) : null;
      if (fit?.fit === "no") return err(misfit(`output ${key} does not fit at ${fit.place}: ${fit.reason}`));
      outputs.set(key, source.value);
    }
    return ok(outputs);
  }
}

const bodies = new WeakMap<JsonObject, Result<Body, Fault>>();

function bodyOf(node: NodeDefinition): Result<Body, Fault> {
  if (!node.graph)
    return err(planFault("invalid_composite", "the composite has no graph", { hint: "give its contract a graph" }));
  const known = bodies.get(node.graph);
  if (known) return known;
  const parsed = composite.safeParse(node.graph);
  const [issue] = parsed.success ? [] : parsed.error.issues;
  const made: Result<Body, Fault> = parsed.success
    ? ok(parsed.data)
    : err(misfit(`${issue?.path.join(".") ?? "graph"}: ${issue?.message ?? "is not a graph"}`));
  bodies.set(node.graph, made);
  return made;
}

function named(
  key: ContractKey,
  steps: readonly DraftStep[],
  scope: Parameters<typeof graphResults>[2],
): Result<Source, Fault> {
  const results = graphResults({ want: [key] }, steps, scope);
  if (!results.ok) return results;
  const source = results.value.get(key);
  return source ? ok(source) : err(misfit(`no step yields output ${key}`));
}

const placed = (fault: Fault, node: NodeDefinition): Fault =>
  fault.place?.startsWith("node ")
    ? fault
    : { ...fault, place: `node ${nodeRef(node)}${fault.place ? `: ${fault.place}` : ""}` };

const misfit = (message: string): Fault =>
  planFault("invalid_composite", message, { hint: "correct the composite's graph" });

const dependsOnOptional = (step: DraftStep, key: ContractKey, { key: from }: Source): Fault =>
  planFault("invalid_composite", `step ${step.id} needs ${key}, and the composite's input ${from} is optional`, {
    hint: "make the composite's input required, or the step's input optional",
  });

const selfContaining = (path: readonly string[]): Fault =>
  planFault("self_containing_composite", `a composite contains itself: ${path.join(" → ")}`, {
    hint: "take one of them out of the other's graph",
    details: { path },
  });

const tooDeep = (path: readonly string[], limit: number): Fault =>
  planFault("max_depth", `composites are nested more than ${limit} deep: ${path.slice(0, 5).join(" → ")} → …`, {
    hint: `nest at most ${MAX_NESTING} deep, and within the policy's max_depth`,
    details: { guard: "max_depth", limit },
  });
