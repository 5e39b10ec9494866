import { sameProfile } from "../assemble/hash.ts";
import type { Boundary, Plan, PlanStep, SegmentId, Source, StepId } from "../model/plan.ts";
import { restorePolicy, storePolicy, type StoredPolicy } from "./stored-policy.ts";
import { restoreWhy, storeWhy, type StoredWhy } from "./stored-why.ts";

type Profile = Omit<PlanStep, "id" | "inputs" | "after" | "when" | "parent" | "unchecked" | "segment">;

/** `|document.text` is given, `extract|document.fields` is a step's output. */
type StoredSources = Readonly<Record<string, string>>;

/** A step without what it shares with its node's other steps, and without what is empty. */
interface StoredStep extends Pick<PlanStep, "id" | "when" | "parent" | "unchecked"> {
  /** The profile's place in `nodes`. */
  readonly node: number;
  readonly inputs: StoredSources;
  readonly after?: readonly StepId[];
  /** Left out where the segment that lists the step is the one it names. */
  readonly segment?: SegmentId;
}

/**
 * A plan as it is stored: about a third of its JSON. What follows from the rest, what many steps share and what is usual
 * is left out. `form` tells it from a plan that was stored as it is.
 */
export interface StoredPlan extends Omit<Plan, "steps" | "boundaries" | "results" | "why" | "policy"> {
  readonly form: 2;
  readonly nodes: readonly Profile[];
  readonly steps: readonly StoredStep[];
  readonly boundaries?: readonly Boundary[];
  readonly results: StoredSources;
  readonly why: StoredWhy;
  readonly policy: StoredPolicy;
}

export function storePlan(plan: Plan): StoredPlan {
  const { steps, results, why: _why, policy, boundaries, ...rest } = plan;
  const listed = segmentsOf(plan);
  const nodes: PlanStep[] = [];
  const first = new Map<string, number>();
  const others = new Map<string, number>();
  const placeOf = (step: PlanStep): number => {
    const ref = `${step.node}@${step.version}`;
    const known = first.get(ref);
    const held = known === undefined ? undefined : nodes[known];
    if (known !== undefined && held && sameProfile(held, step)) return known;
    // By its text, for a plan from elsewhere may give every step a profile of its own.
    const [places, name] = known === undefined ? [first, ref] : [others, JSON.stringify(profileOf(step))];
    const place = places.get(name) ?? nodes.push(step) - 1;
    places.set(name, place);
    return place;
  };
  const stored = steps.map((step): StoredStep => {
    const { id, after, when, parent, unchecked, segment } = step;
    return {
      id,
      node: placeOf(step),
      inputs: storeSources(step.inputs),
      ...(after.length === 0 ? {} : { after }),
      ...(when === undefined ? {} : { when }),
      ...(parent === undefined ? {} : { parent }),
      ...(unchecked === undefined ? {} : { unchecked }),
      ...(listed.get(id) === segment ? {} : { segment }),
    };
  });
  return {
    form: 2,
    ...rest,
    nodes: nodes.map(profileOf),
    steps: stored,
    ...(boundaries === undefined ? {} : { boundaries }),
    results: storeSources(results),
    why: storeWhy(plan),
    policy: storePolicy(policy),
  };
}

/** The plan that was stored, in the newest form. What is no plan at all gives nonsense or throws: records are no user input. */
export function restorePlan(stored: StoredPlan): Plan {
  const { form: _form, nodes, steps, results, why, policy, boundaries, ...rest } = stored;
  const listed = segmentsOf(stored);
  const unjustified = {
    ...rest,
    steps: steps.map((step): PlanStep => restoreStep(step, nodes[step.node] as Profile, listed)),
    ...(boundaries === undefined ? {} : { boundaries }),
    results: restoreSources(results),
    policy: restorePolicy(policy),
  };
  return { ...unjustified, why: restoreWhy(why, unjustified) };
}

function restoreStep(step: StoredStep, profile: Profile, listed: ReadonlyMap<StepId, SegmentId>): PlanStep {
  const { node: _place, inputs, after = [], segment = listed.get(step.id) ?? "", ...own } = step;
  return { ...profile, ...own, inputs: restoreSources(inputs), after, segment };
}

function profileOf(step: PlanStep): Profile {
  const { id: _1, inputs: _2, after: _3, when: _4, parent: _5, unchecked: _6, segment: _7, ...profile } = step;
  return profile;
}

const segmentsOf = ({ segments }: Pick<Plan, "segments">): ReadonlyMap<StepId, SegmentId> =>
  new Map(segments.flatMap(({ id, steps }) => steps.map((step) => [step, id] as const)));

const storeSources = (sources: Readonly<Record<string, Source>>): StoredSources =>
  mapValues(sources, ({ step, key }) => `${step ?? ""}|${key}`);

/** Neither step ids nor contract keys hold a bar. */
const restoreSources = (stored: StoredSources): Readonly<Record<string, Source>> =>
  mapValues(stored, (text) => {
    const bar = text.indexOf("|");
    return { step: bar === 0 ? null : text.slice(0, bar), key: text.slice(bar + 1) };
  });

/** Built from entries, so that a key such as `__proto__` is a key like any other. */
const mapValues = <A, B>(map: Readonly<Record<string, A>>, change: (value: A) => B): Readonly<Record<string, B>> =>
  Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
