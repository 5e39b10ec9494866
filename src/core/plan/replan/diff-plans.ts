import type { JsonValue } from "../../../../contracts/json/json.ts";
import { sameJson } from "../../schema/schema-parts.ts";
import type { Plan, PlanStep, Source, StepId } from "../model/plan.ts";

/** One difference between two versions of the same thing. Null stands for "not there". */
export interface Change {
  /** Dotted path within the step or plan: `inputs.document.text`, `version`. */
  readonly field: string;
  readonly from: JsonValue;
  readonly to: JsonValue;
}

/** What would change if the second plan took the place of the first. */
export interface PlanDiff {
  /** Same content, by hash. */
  readonly same: boolean;
  readonly added: readonly StepId[];
  readonly removed: readonly StepId[];
  /** Steps in both whose content differs. Where they run (their segment) is not content. */
  readonly changed: readonly { readonly id: StepId; readonly changes: readonly Change[] }[];
  /** Results, cost, depth and policy. */
  readonly plan: readonly Change[];
}

/** Compares two plans step by step, steps matched by id. */
export function diffPlans(from: Plan, to: Plan): PlanDiff {
  const before = new Map(from.steps.map((step) => [step.id, step]));
  const after = new Map(to.steps.map((step) => [step.id, step]));
  const changed = to.steps.flatMap((step) => {
    const old = before.get(step.id);
    const changes = old ? compareSteps(old, step) : [];
    return changes.length > 0 ? [{ id: step.id, changes }] : [];
  });
  return {
    same: from.hash === to.hash,
    added: to.steps.flatMap(({ id }) => (before.has(id) ? [] : [id])),
    removed: from.steps.flatMap(({ id }) => (after.has(id) ? [] : [id])),
    changed,
    plan: [
      ...compareSources("results", from.results, to.results),
      ...differing({ cost: from.cost, depth: from.depth }, { cost: to.cost, depth: to.depth }, ["cost", "depth"]),
      ...differing(json(from.policy), json(to.policy), Object.keys(to.policy)).map((change) => ({
        ...change,
        field: `policy.${change.field}`,
      })),
    ],
  };
}

const FIELDS = [
  "node",
  "version",
  "kind",
  "entrypoint",
  "outputs",
  "after",
  "when",
  "wait",
  "parent",
  "cost",
  "timeoutMs",
  "retry",
  "cacheTtlMs",
];

const compareSteps = (from: PlanStep, to: PlanStep): readonly Change[] => [
  ...differing(json(from), json(to), FIELDS),
  ...compareSources("inputs", from.inputs, to.inputs),
];

function compareSources(
  prefix: string,
  from: Readonly<Record<string, Source>>,
  to: Readonly<Record<string, Source>>,
): readonly Change[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort();
  return differing(json(from), json(to), keys).map((change) => ({ ...change, field: `${prefix}.${change.field}` }));
}

function differing(
  from: Readonly<Record<string, JsonValue>>,
  to: Readonly<Record<string, JsonValue>>,
  fields: readonly string[],
): readonly Change[] {
  return fields.flatMap((field) => {
    const left = Object.hasOwn(from, field) ? (from[field] ?? null) : null;
    const right = Object.hasOwn(to, field) ? (to[field] ?? null) : null;
    return sameJson(left, right) ? [] : [{ field, from: left, to: right }];
  });
}

/** Plans hold JSON only; their interfaces merely have no index signature. */
const json = (value: object): Readonly<Record<string, JsonValue>> => value as Readonly<Record<string, JsonValue>>;
