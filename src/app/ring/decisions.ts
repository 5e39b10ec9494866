import { fault, RuntimeHostError } from "../../core/errors.ts";
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

/** What deciding on one run came to; RUN_UNDECIDABLE for whatever it threw, which is this run's trouble alone. */
export function alone<T>(id: RunId, { type }: { readonly type: string }, decide: () => T): T {
  try {
    return decide();
  } catch (cause) {
    const why = cause instanceof Error ? cause.name : "an exception";
    throw new RuntimeHostError(
      fault("RUN_UNDECIDABLE", `what follows from '${type}' cannot be decided: ${why}`, { place: id }),
      { cause },
    );
  }
}

/**
 * Decides on everything in order, so that what happens to one run is one change. Runs that stay as they are do not appear,
 * unless they `arrive`. Takes ownership of the states. Throws RUN_UNDECIDABLE when one of them cannot be decided on.
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
    const { transition, state } = alone(id, event, () => {
      const made = decide(before, event, now, leases);
      return { transition: made, state: arriving || !isIdle(made) ? apply(before, made) : before };
    });
    if (!arriving && isIdle(transition)) continue;
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
