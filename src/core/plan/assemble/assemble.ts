import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import { err, ok, type Result } from "../../result.ts";
import type { Fault } from "../../errors.ts";
import { cycleFault, dependencyPlaces, placesBefore, sourcePlaces } from "../graph/dependencies.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { guardedFault } from "../guarded/guarded-parts.ts";
import { stepPool } from "../../registry/step-pool.ts";
import { factsOf } from "../search/facts.ts";
import { planHash } from "./hash.ts";
import { order } from "../graph/order.ts";
import type { Boundary, KeyChoice, Plan, PlanOptimum, PlanStep, Segment, Source } from "../model/plan.ts";
import type { Policy } from "../model/policy.ts";
import { planCost } from "./plan-cost.ts";
import { PRICE_UNITS } from "../search/price.ts";
import { rankSegments } from "./rank.ts";
import { segmentRest, type Kept } from "./segment-rest.ts";
import { segmentSteps } from "./segment.ts";
import { waitOf } from "../model/wait.ts";

/** Everything a plan is put together from. */
export interface Parts {
  readonly steps: readonly DraftStep[];
  readonly boundaries: readonly Boundary[];
  readonly want: readonly ContractKey[];
  readonly given: readonly ContractKey[];
  readonly results: ReadonlyMap<ContractKey, Source>;
  readonly why: readonly KeyChoice[];
  readonly guards: readonly string[];
  readonly policy: Policy;
  readonly snapshot: RegistrySnapshot;
  readonly origin: "goal" | "graph";
  /** What is known of the least cost, in millionths; the first plan's cost beside it. */
  readonly least?: { readonly bound: number; readonly first: number };
  /** Whether a graph's results are wanted by name. */
  readonly strict?: boolean;
  /** Of the given keys those that steps of the run have made already. */
  readonly made?: ReadonlySet<ContractKey>;
  /** Steps of a running plan that have succeeded, with their segments: those stay as they are. */
  readonly kept?: Kept;
}

/**
 * Orders the steps, cuts them into segments and seals the plan. Steps come out by the length of the longest chain before
 * them, then by id, so the same steps give the same plan in whatever order they were found. A cycle is refused with its
 * path. Optional inputs never deepen a plan beyond the policy's depth: rather than that they stay unbound.
 */
export function assemble(parts: Parts): Result<Plan, Fault> {
  const guarded = guardedFault(parts);
  if (guarded) return err(guarded);
  const placeOf = new Map(parts.steps.map((step, place) => [step.id, place]));
  const hard = dependencyPlaces(parts.steps);
  const soft = parts.steps.map((step) => sourcePlaces(step.wishes.values(), placeOf));
  const wishes = soft.some((list) => list.length > 0);
  let ordered = order(wishes ? { hard, soft } : { hard });
  let guards = parts.guards;
  let granted = wishes;
  if (wishes && "order" in ordered && deepest(ordered.levels) > parts.policy.maxDepth) {
    ordered = order({ hard });
    granted = false;
    guards = [...guards, `max_depth ${parts.policy.maxDepth} left optional inputs unbound`];
  }
  if ("cycle" in ordered) return err(cycleFault(ordered.cycle, parts.steps));
  const denied = new Set(ordered.dropped.map(([step, dependency]) => `${step}<${dependency}`));
  const grants = (step: number, source: Source): boolean => {
    const from = source.step === null ? undefined : placeOf.get(source.step);
    return from === undefined || (granted && !denied.has(`${step}<${from}`)) || (hard[step]?.includes(from) ?? false);
  };
  return ok(seal({ ...parts, guards }, ordered.levels, grants));
}

function seal(parts: Parts, levels: readonly number[], grants: (step: number, source: Source) => boolean): Plan {
  const bound: { readonly step: DraftStep; readonly inputs: PlanStep["inputs"] }[] = [];
  for (const place of inPlanOrder(parts.steps, levels)) {
    const step = parts.steps[place];
    if (step) bound.push({ step, inputs: bind(step, place, grants) });
  }
  const placeOf = new Map(bound.map(({ step }, place) => [step.id, place]));
  const before = bound.map(({ step, inputs }) => placesBefore(step, Object.values(inputs), placeOf));
  const inOrder = bound.map(({ step }) => step);
  const segments = parts.kept
    ? segmentRest(inOrder, before, parts.policy, parts.kept)
    : segmentSteps(inOrder, before, parts.policy);
  const segmentOf = new Map<string, Segment>();
  for (const segment of segments) for (const id of segment.steps) segmentOf.set(id, segment);
  const facts = factsOf(parts.snapshot);
  const trustOf = ({ id }: PlanStep): number => {
    const node = inOrder[placeOf.get(id) ?? -1]?.node;
    return node ? facts.of(node).trust.score : 0;
  };
  const steps = bound.map(({ step, inputs }) => planStep(step, inputs, segmentOf.get(step.id), parts.policy));
  const cost = planCost(parts.steps, parts.boundaries, parts.policy, parts.snapshot);
  const unhashed = {
    want: parts.want,
    given: parts.given,
    steps,
    segments: rankSegments(segments, steps, parts.policy, trustOf),
    ...(parts.boundaries.length === 0 ? {} : { boundaries: arrange(parts.boundaries, placeOf, parts.policy) }),
    results: record(parts.results),
    cost,
    ...(parts.least === undefined ? {} : { optimum: optimumOf(parts.least, cost) }),
    depth: deepest(levels),
    why: parts.why,
    guards: parts.guards,
    policy: parts.policy,
    origin: parts.origin,
    ...(parts.strict ? { strict: true as const } : {}),
  };
  return { hash: planHash(unhashed), ...unhashed };
}

/** A plan that costs no more than the bound is proved to be the cheapest. */
function optimumOf({ bound, first }: NonNullable<Parts["least"]>, cost: number): PlanOptimum {
  const least = Math.min(cost, bound / PRICE_UNITS);
  return { bound: least, proved: cost <= least, firstCost: first / PRICE_UNITS };
}

/** The places of the steps by level, then by id. Few steps share a level, so levels are sorted apart. */
function inPlanOrder(steps: readonly DraftStep[], levels: readonly number[]): readonly number[] {
  const byLevel: number[][] = Array.from({ length: deepest(levels) + 1 }, () => []);
  steps.forEach((_, place) => byLevel[levels[place] ?? 1]?.push(place));
  const idOf = (place: number): string => steps[place]?.id ?? "";
  return byLevel.flatMap((places) => places.sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1)));
}

/** The steps inside each composite in plan order. */
const arrange = (
  boundaries: readonly Boundary[],
  placeOf: ReadonlyMap<string, number>,
  { noCache }: Policy,
): readonly Boundary[] =>
  boundaries.map((boundary) => ({
    ...boundary,
    cacheTtlMs: noCache ? null : boundary.cacheTtlMs,
    steps: [...boundary.steps].sort((a, b) => (placeOf.get(a) ?? 0) - (placeOf.get(b) ?? 0)),
  }));

const sortedOutputs = new WeakMap<NodeDefinition, readonly ContractKey[]>();

/** A node's output keys in order; steps of one node share the list. */
function outputKeys(node: NodeDefinition): readonly ContractKey[] {
  let keys = sortedOutputs.get(node);
  if (!keys) sortedOutputs.set(node, (keys = Object.keys(node.outputs).sort()));
  return keys;
}

function planStep(step: DraftStep, inputs: PlanStep["inputs"], segment: Segment | undefined, policy: Policy): PlanStep {
  const { node } = step;
  const wait = waitOf(node);
  const made: { -readonly [K in keyof PlanStep]: PlanStep[K] } = {
    id: step.id,
    node: node.name,
    version: node.version,
    kind: node.kind,
    entrypoint: node.entrypoint.type,
    inputs,
    outputs: outputKeys(node),
    after: step.after.length < 2 ? step.after : [...new Set(step.after)].sort(),
    segment: segment?.id ?? "",
    cost: node.execution.cost,
    timeoutMs: node.execution.timeoutMs,
    retry: node.execution.retry,
    cacheTtlMs: policy.noCache || node.kind === "effect" ? null : (node.execution.cache?.ttlMs ?? null),
  };
  // What most steps lack is added where it is there: a plan may have thousands of steps.
  if (step.when !== undefined) made.when = step.when;
  if (wait !== undefined) made.wait = wait;
  if (step.parent !== undefined) made.parent = step.parent;
  const unchecked = step.unchecked.filter((key) => Object.hasOwn(inputs, key));
  if (unchecked.length > 0) made.unchecked = unchecked;
  if (node.execution.limits !== undefined) made.limits = node.execution.limits;
  const pool = stepPool(node);
  if (pool !== undefined) made.pool = pool;
  return made;
}

function bind(step: DraftStep, place: number, grants: (step: number, source: Source) => boolean): PlanStep["inputs"] {
  if (step.wishes.size === 0) return record(step.inputs);
  const inputs = new Map(step.inputs);
  for (const [key, source] of step.wishes) if (grants(place, source)) inputs.set(key, source);
  return record(inputs);
}

/** Keys in order. Built from entries, so that a key such as `__proto__` is a key like any other. */
function record(sources: ReadonlyMap<ContractKey, Source>): Readonly<Record<ContractKey, Source>> {
  const entries = [...sources];
  return Object.fromEntries(entries.length < 2 ? entries : entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function deepest(levels: readonly number[]): number {
  let depth = 0;
  for (const level of levels) if (level > depth) depth = level;
  return depth;
}
