import { summaryOf } from "../../core/run/model/summary.ts";
import { TERMINAL_RUN, type RunId, type RunState } from "../../core/run/model/state.ts";
import { startedMessages, type StartedMessage } from "../../core/messages/ring-messages.ts";

/** The owner of the news timer. */
export const NEWS = "~news";

/**
 * Runs under way whose place in the index has changed. Kept in memory and sent once a flush, so a run that ends before
 * costs nothing; what an eviction loses is repaired by the run's end.
 */
export class RingNews {
  readonly #changed = new Set<RunId>();

  /** The run has begun or changed its status. */
  add(id: RunId): void {
    this.#changed.add(id);
  }

  /** The messages to send now; runs that have ended meanwhile are left out, as are those that `find` finds no more. */
  take(find: (id: RunId) => RunState | null): readonly StartedMessage[] {
    const alive = [...this.#changed].flatMap((id) => {
      const state = find(id);
      return state && !TERMINAL_RUN.has(state.header.status) ? [summaryOf(state)] : [];
    });
    this.#changed.clear();
    return startedMessages(alive);
  }
}
