import { apply, isIdle } from "../../core/run/reduce/begin.ts";
import type { LeaseSettings, RunEvent, Transition } from "../../core/run/model/event.ts";
import { joinTransitions, standing } from "../../core/run/reduce/join-transitions.ts";
import type { reduce } from "../../core/run/reduce/reduce.ts";
import type { Instant, RunId, RunState } from "../../core/run/model/state.ts";

/** Something that happens to a run. */
export interface Happening {
  readonly state: RunState;
  readonly event: RunEvent;
}

/** A run after everything that happened to it in one call. */
export interface Decided {
  readonly state: RunState;
  /** All that is to be stored and done, as if decided at once. */
  readonly transition: Transition;
}

interface Open {
  state: RunState;
  readonly transitions: [Transition, ...Transition[]];
}

/**
 * Decides on everything in order, so that what happens to one run is one change. Runs that stay as they are do not appear,
 * unless they `arrive`. Takes ownership of the states.
 */
export function decideAll(
  happenings: readonly Happening[],
  now: Instant,
  { decide, leases, arriving }: { decide: typeof reduce; leases: LeaseSettings; arriving: boolean },
): readonly Decided[] {
  const open = new Map<RunId, Open>();
  for (const { state: known, event } of happenings) {
    const { id } = known.header;
    const own = open.get(id);
    const before = own?.state ?? known;
    const transition = decide(before, event, now, leases);
    if (!arriving && isIdle(transition)) continue;
    const state = apply(before, transition);
    if (own) {
      own.state = state;
      own.transitions.push(transition);
    } else open.set(id, { state, transitions: [transition] });
  }
  return [...open.values()].map(({ state, transitions }) => {
    const transition = joinTransitions(transitions);
    return { state, transition: { ...transition, intents: standing(state, transition.intents) } };
  });
}
