import { capabilityGraph, type CapabilityStep } from "../../../../contracts/documents/foreign-plans.ts";
import type { JsonObject } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { ok, type Result } from "../../result.ts";
import { DEFAULT_POLICY } from "../model/policy.ts";
import type { ImportedGraph } from "./imported.ts";
import { shaped } from "./shape.ts";
import { identifier, standIn, stepIdentifier } from "./stand-in.ts";

/** Recognised by its first step: a title alone would not do. */
export const isCapabilityGraph = (document: JsonObject): boolean => {
  const first: unknown = Array.isArray(document.steps) ? document.steps[0] : undefined;
  return typeof first === "object" && first !== null && Object.hasOwn(first, "step_key");
};

/**
 * Reads a capability graph: each step is a node that needs its required capabilities and yields those it produces, so a
 * goal over capabilities resolves to the steps it takes. A `depends_on` that no capability expresses becomes a key of its
 * own, `done.<step>`: what comes first comes first in goals as well as in the graph.
 */
export function importCapabilityGraph(document: JsonObject): Result<ImportedGraph, Fault> {
  const parsed = shaped(capabilityGraph, document, "capability graph");
  if (!parsed.ok) return parsed;
  const { title, steps } = parsed.value;
  const byKey = new Map(steps.map((one) => [one.step_key, one]));
  const bare = new Set(steps.flatMap((one) => bareDependencies(one, byKey)));
  return ok({
    kind: "graph",
    dialect: "capability_graph",
    name: title,
    graph: {
      steps: steps.map((one) => ({
        id: stepIdentifier(one.step_key),
        node: identifier(one.step_key),
        ...(one.depends_on?.length ? { after: one.depends_on.map(stepIdentifier) } : {}),
      })),
      given: [],
    },
    nodes: steps.map((one) =>
      standIn({
        name: identifier(one.step_key),
        owner: title,
        kind: one.step_type === "verification" ? "compute" : "effect",
        description: one.description ?? one.name ?? "",
        inputs: [...(one.required_capabilities ?? []), ...bareDependencies(one, byKey).map(doneKey)],
        outputs: [...(one.produces_capabilities ?? []), ...(bare.has(one.step_key) ? [doneKey(one.step_key)] : [])],
        latencyMs: (one.estimated_duration_seconds ?? 0) * 1_000,
        timeoutMs: (one.verification?.timeout_seconds ?? 30) * 1_000,
        tags: one.tags ?? [],
        config: one.verification ? { verification: one.verification as JsonObject } : {},
      }),
    ),
    policy: DEFAULT_POLICY,
    notes: [],
  });
}

const doneKey = (key: string): string => `done.${identifier(key)}`;

/** Steps it comes after although it takes none of their capabilities. */
const bareDependencies = (one: CapabilityStep, byKey: ReadonlyMap<string, CapabilityStep>): readonly string[] =>
  (one.depends_on ?? []).filter((key) => {
    const produced = byKey.get(key)?.produces_capabilities ?? [];
    return byKey.has(key) && !(one.required_capabilities ?? []).some((capability) => produced.includes(capability));
  });
