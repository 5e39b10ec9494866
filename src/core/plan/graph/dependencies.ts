import type { Fault } from "../../errors.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { gateSources } from "../model/gate-sources.ts";
import type { Source, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/** Paths longer than this are cut in the message and in the fault's details. */
const MAX_SHOWN = 12;
const MAX_LISTED = 1_000;

/** For every step, the places in the list of the steps it must wait for. Wishes are not among them. */
export function dependencyPlaces(steps: readonly DraftStep[]): readonly (readonly number[])[] {
  const placeOf = new Map(steps.map((step, place) => [step.id, place]));
  return steps.map((step) => placesBefore(step, step.inputs.values(), placeOf));
}

/** The places of the steps that a step waits for, each once: for the given inputs and for whatever other reason. */
export function placesBefore(
  { after, when }: Pick<DraftStep, "after" | "when">,
  inputs: Iterable<Source>,
  placeOf: ReadonlyMap<StepId, number>,
): readonly number[] {
  const places = new Places(placeOf);
  for (const { step } of inputs) places.add(step);
  for (const id of after) places.add(id);
  for (const { step } of when ? gateSources(when) : []) places.add(step);
  return places.found;
}

/** The places of the steps that sources name, each once; given values and unknown steps have none. */
export function sourcePlaces(sources: Iterable<Source>, placeOf: ReadonlyMap<StepId, number>): readonly number[] {
  const places = new Places(placeOf);
  for (const { step } of sources) places.add(step);
  return places.found;
}

/** So few are looked through faster than they are kept in a set. */
const FEW = 16;

/** Places of steps, each once, in the order they were met. */
class Places {
  readonly found: number[] = [];
  readonly #placeOf: ReadonlyMap<StepId, number>;
  #seen: Set<number> | null = null;

  constructor(placeOf: ReadonlyMap<StepId, number>) {
    this.#placeOf = placeOf;
  }

  add(step: StepId | null): void {
    const place = step === null ? undefined : this.#placeOf.get(step);
    if (place === undefined || (this.#seen ? this.#seen.has(place) : this.found.includes(place))) return;
    this.found.push(place);
    if (this.#seen) this.#seen.add(place);
    else if (this.found.length > FEW) this.#seen = new Set(this.found);
  }
}

/**
 * A cycle as its path: `a → b → a` reads "a waits for b, which waits for a". Where a condition alone closes it, that
 * condition is what is wrong: it asks about an output that comes later.
 */
export function cycleFault(cycle: readonly number[], steps: readonly DraftStep[]): Fault {
  const ids = cycle.map((place) => steps[place]?.id ?? "");
  const path = [...ids, ids[0] ?? ""];
  const half = MAX_SHOWN / 2;
  const shown =
    path.length > MAX_SHOWN
      ? [...path.slice(0, half), `… ${path.length - MAX_SHOWN + 1} more …`, ...path.slice(1 - half)]
      : path;
  const details = { path: path.slice(0, MAX_LISTED) };
  const ahead = cycle.findIndex((place, i) => asksOnly(steps[place], path[i + 1] ?? ""));
  if (ahead >= 0 && cycle.length > 1) {
    const [id, later] = [path[ahead] ?? "", path[ahead + 1] ?? ""];
    return planFault(
      "gate_later_output",
      `step ${id} is gated by step ${later}, which waits for it: ${shown.join(" → ")}`,
      {
        place: `step ${id}: when`,
        hint: `ask about a step that does not wait for ${id}`,
        details,
      },
    );
  }
  const alone = cycle.length === 1;
  return planFault(
    alone ? "self_dependency" : "cycle",
    alone ? `step ${ids[0]} waits for itself` : `steps wait for each other in a circle: ${shown.join(" → ")}`,
    {
      place: `step ${ids[0]}`,
      hint: alone ? "take its input from another step or a given value" : "remove one of these dependencies",
      details,
    },
  );
}

/** Whether a step waits for another because of its condition and for no other reason. */
function asksOnly(step: DraftStep | undefined, other: StepId): boolean {
  if (!step?.when || step.after.includes(other)) return false;
  const isIt = (source: Source): boolean => source.step === other;
  return gateSources(step.when).some(isIt) && ![...step.inputs.values()].some(isIt);
}
