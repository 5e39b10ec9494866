import type { Fault } from "../../errors.ts";
import type { ContractKey } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { gateSources } from "../model/gate-sources.ts";
import { resolveSource, type Scope } from "./graph-source.ts";
import type { Graph } from "../model/graph.ts";
import { Links } from "./links.ts";
import type { Source } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/** Steps visited while looking for the last step that yields a wanted key. */
const MAX_VISITS = 2_000_000;

/**
 * Where a graph's results come from. A wanted key that several steps yield is the last one's, when one of them comes
 * after all others. Without `want`, everything that no step consumes is a result, under its key or, where two steps yield
 * the key, under `step.key`.
 */
export function graphResults(
  { want, results: named }: Pick<Graph, "want" | "results">,
  steps: readonly DraftStep[],
  scope: Scope,
): Result<ReadonlyMap<ContractKey, Source>, Fault> {
  if (named !== undefined) return namedResults(named, scope);
  if (want === undefined) return ok(leftovers(steps));
  if (want.length === 0) {
    return err(
      planFault("nothing_wanted", "the graph wants nothing", {
        place: "want",
        hint: "leave `want` out to get every result",
      }),
    );
  }
  const results = new Map<ContractKey, Source>();
  const yielders = yieldersOf(steps);
  let links: Links | null = null;
  for (const [i, wanted] of want.entries()) {
    const places = yielders.get(wanted) ?? [];
    if (places.length > 1) links ??= linksOf(steps);
    const last = places.length > 1 && links ? links.latest(places) : places;
    if (last.length > 1) return err(ambiguous(wanted, last, steps, `want[${i}]`));
    const step = steps[last[0] ?? -1];
    if (step) results.set(wanted, { step: step.id, key: wanted });
    else {
      const source = resolveSource(wanted, scope, `want[${i}]`);
      if (!source.ok) return source;
      results.set(wanted, source.value);
    }
  }
  return ok(results);
}

function namedResults(
  named: NonNullable<Graph["results"]>,
  scope: Scope,
): Result<ReadonlyMap<ContractKey, Source>, Fault> {
  const results = new Map<ContractKey, Source>();
  for (const [name, written] of Object.entries(named)) {
    const source = resolveSource(written, scope, `results["${name}"]`);
    if (!source.ok) return source;
    results.set(name, source.value);
  }
  return ok(results);
}

function leftovers(steps: readonly DraftStep[]): ReadonlyMap<ContractKey, Source> {
  const consumed = new Set<string>();
  for (const step of steps) {
    for (const source of [...step.inputs.values(), ...step.wishes.values()])
      consumed.add(`${source.step}|${source.key}`);
  }
  const yielders = yieldersOf(steps);
  const results = new Map<ContractKey, Source>();
  for (const step of steps) {
    for (const key of Object.keys(step.node.outputs)) {
      if (consumed.has(`${step.id}|${key}`)) continue;
      results.set((yielders.get(key)?.length ?? 0) > 1 ? `${step.id}.${key}` : key, { step: step.id, key });
    }
  }
  return results;
}

function yieldersOf(steps: readonly DraftStep[]): ReadonlyMap<ContractKey, readonly number[]> {
  const found = new Map<ContractKey, number[]>();
  steps.forEach(({ node }, i) => {
    for (const key of Object.keys(node.outputs)) {
      const list = found.get(key);
      if (list) list.push(i);
      else found.set(key, [i]);
    }
  });
  return found;
}

function linksOf(steps: readonly DraftStep[]): Links {
  const placeOf = new Map(steps.map(({ id }, i) => [id, i]));
  const links = new Links(steps.length, MAX_VISITS);
  steps.forEach((step, i) => {
    const sources = [...step.inputs.values(), ...(step.when ? gateSources(step.when) : [])].map(
      (source) => source.step,
    );
    for (const id of [...sources, ...step.after]) {
      const place = id === null ? undefined : placeOf.get(id);
      if (place !== undefined) links.add(place, i);
    }
  });
  return links;
}

function ambiguous(key: string, places: readonly number[], steps: readonly DraftStep[], place: string): Fault {
  const ids = places.slice(0, 5).map((i) => steps[i]?.id ?? "");
  return planFault("ambiguous_result", `${key} is an output of ${ids.join(" and of ")}, and neither is the last`, {
    place,
    hint: `name one: ${ids[0]}.${key}`,
  });
}
