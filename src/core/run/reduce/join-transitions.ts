import type { Intent, Transition } from "../model/event.ts";
import { awaitsPlan } from "./replanning.ts";
import type { RunState } from "../model/state.ts";

/** Decisions on one run, each made on the state after the one before it, as if they were one. At least one. */
export function joinTransitions(transitions: readonly [Transition, ...Transition[]]): Transition {
  const [first, ...others] = transitions;
  if (others.length === 0) return first;
  const segments = new Map(first.segments.map((segment) => [segment.id, segment]));
  let joined = first;
  for (const next of others) {
    // With a new plan come all of its segments, and none of the old ones.
    if (next.plan) segments.clear();
    for (const segment of next.segments) segments.set(segment.id, segment);
    joined = { ...joined, ...next, header: next.header ?? joined.header };
  }
  const intents = transitions.flatMap((transition) => transition.intents);
  return { ...joined, segments: [...segments.values()], intents };
}

/** The intents that still stand in a state that later decisions have moved on. */
export const standing = (state: RunState, intents: readonly Intent[]): readonly Intent[] =>
  intents.filter((intent) => {
    switch (intent.type) {
      case "dispatch":
        return state.segments.get(intent.segment)?.lease?.token === intent.token;
      case "replan":
        return awaitsPlan(state.header, intent.token);
      case "finished":
        return true;
    }
  });
