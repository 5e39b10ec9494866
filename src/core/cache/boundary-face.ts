import type { JsonValue } from "../../../contracts/json/json.ts";
import { gateSources, mapGate } from "../plan/model/gate-sources.ts";
import { planIndex } from "../plan/model/plan-index.ts";
import type { Boundary, Plan, PlanStep, Source, StepId } from "../plan/model/plan.ts";
import { nodeRef, type ContractKey } from "../registry/node.ts";
import { valueHash } from "../run/model/hash.ts";

/** What a composite of a plan shows to the outside: all that its cached result depends on, and all that it must hold. */
export interface BoundaryFace {
  /** Every value that goes in, by a name that is the same wherever the composite is used. */
  readonly inputs: Readonly<Record<string, Source>>;
  /** Output key → the part that makes it. Outputs that merely pass an input on are left out. */
  readonly outputs: Readonly<Record<ContractKey, Source>>;
  /** Of the body as planned: which node versions its parts are, and what they read of each other. */
  readonly bodyHash: string;
}

const faces = new WeakMap<Plan, ReadonlyMap<StepId, BoundaryFace>>();

/** The faces of a plan's composites whose results may be cached as a whole, outermost first. Worked out once a plan. */
export function boundaryFaces(plan: Plan): ReadonlyMap<StepId, BoundaryFace> {
  const known = faces.get(plan);
  if (known) return known;
  const made = new Map<StepId, BoundaryFace>();
  const declared = (plan.boundaries ?? []).filter(({ cacheTtlMs }) => cacheTtlMs !== null);
  const seen = declared.length === 0 ? new Map<StepId, ReadonlySet<string>>() : outsideReads(plan);
  for (const boundary of declared) {
    const face = faceOf(plan, boundary, seen.get(boundary.id) ?? new Set());
    if (face) made.set(boundary.id, face);
  }
  faces.set(plan, made);
  return made;
}

/**
 * Null when the composite cannot be answered as a whole: a part has effects or asks somebody outside, nothing comes out,
 * or somebody reads what is no output of it.
 */
function faceOf(plan: Plan, boundary: Boundary, read: ReadonlySet<string>): BoundaryFace | null {
  const { stepById } = planIndex(plan);
  const inside = new Set(boundary.steps);
  const parts = boundary.steps.flatMap((id) => stepById.get(id) ?? []);
  if (parts.length === 0 || parts.some(reachesOutside)) return null;
  const made = Object.entries(boundary.outputs).filter(([, { step }]) => step !== null && inside.has(step));
  const offered = new Set(made.map(([, source]) => textOf(source)));
  if (made.length === 0 || [...read].some((source) => !offered.has(source))) return null;
  const names = new Map<string, string>();
  const inputs: Record<string, Source> = {};
  for (const [key, source] of Object.entries(boundary.inputs).sort(byKey)) {
    if (names.has(textOf(source))) continue;
    names.set(textOf(source), key);
    inputs[key] = source;
  }
  const relative = (id: StepId): StepId => id.slice(boundary.id.length);
  const label = (source: Source): string => {
    if (source.step !== null && inside.has(source.step)) return `${relative(source.step)}|${source.key}`;
    let name = names.get(textOf(source));
    if (name === undefined) {
      // An optional input that was found later, or the condition the composite stands under.
      name = `~${names.size}`;
      names.set(textOf(source), name);
      inputs[name] = source;
    }
    return `|${name}`;
  };
  const body = parts
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((part): JsonValue => [
      relative(part.id),
      nodeRef({ name: part.node, version: part.version }),
      Object.fromEntries(
        Object.entries(part.inputs)
          .sort(byKey)
          .map(([key, source]) => [key, label(source)]),
      ),
      part.when ? mapGate(part.when, label) : null,
    ]);
  const outputs = Object.fromEntries(made);
  const bodyHash = valueHash({ parts: body, outputs: made.map(([key, source]) => [key, label(source)]) });
  return { inputs, outputs, bodyHash };
}

/** A result that is no function of the inputs: somebody's word, an event from outside, or the trace of an effect. */
const reachesOutside = ({ kind, wait }: PlanStep): boolean =>
  kind === "effect" || kind === "orchestrator" || (wait !== undefined && wait.kind !== "sleep");

/** Composite → what of its parts is read outside it, by steps, conditions and results. */
function outsideReads(plan: Plan): ReadonlyMap<StepId, Set<string>> {
  const { stepById, boundaryById } = planIndex(plan);
  const around = (id: StepId | null): ReadonlySet<StepId> => {
    const found = new Set<StepId>();
    let at = id === null ? undefined : stepById.get(id)?.parent;
    while (at !== undefined && !found.has(at)) {
      found.add(at);
      at = boundaryById.get(at)?.parent ?? undefined;
    }
    return found;
  };
  const reads = new Map<StepId, Set<string>>();
  const note = (source: Source, reader: StepId | null): void => {
    const own = around(reader);
    for (const boundary of around(source.step)) {
      if (own.has(boundary)) continue;
      const known = reads.get(boundary);
      if (known) known.add(textOf(source));
      else reads.set(boundary, new Set([textOf(source)]));
    }
  };
  for (const step of plan.steps) {
    for (const source of Object.values(step.inputs)) note(source, step.id);
    for (const source of step.when ? gateSources(step.when) : []) note(source, step.id);
  }
  for (const source of Object.values(plan.results)) note(source, null);
  return reads;
}

const textOf = ({ step, key }: Source): string => JSON.stringify([step, key]);

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
