import type { Transition } from "../../../src/core/run/model/event.ts";
import { reduce } from "../../../src/core/run/reduce/reduce.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import type { Bug } from "./bug.ts";

/** Work that goes out again does so under the epoch of the first time. */
export const tokenGivenAgain: Bug = {
  name: "a repeated dispatch keeps its epoch",
  breaks: ["epochs"],
  plant: () => ({ decide: (state, event, now, leases) => keepEpochs(state, reduce(state, event, now, leases)) }),
};

function keepEpochs(state: RunState, transition: Transition): Transition {
  const token = (segment: string): string => `${segment}.1`;
  const again = (segment: string): boolean => (state.segments.get(segment)?.epoch ?? 0) > 0;
  return {
    ...transition,
    segments: transition.segments.map((segment) =>
      segment.lease && again(segment.id)
        ? { ...segment, epoch: 1, lease: { ...segment.lease, epoch: 1, token: token(segment.id) } }
        : segment,
    ),
    intents: transition.intents.map((intent) =>
      intent.type === "dispatch" && again(intent.segment)
        ? { ...intent, epoch: 1, token: token(intent.segment) }
        : intent,
    ),
  };
}
