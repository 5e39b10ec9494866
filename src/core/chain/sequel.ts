import type { ChainList } from "../../../contracts/chain.ts";
import type { JsonObject } from "../../../contracts/json.ts";
import type { ErrorCode } from "../errors.ts";
import type { Instant, RunId } from "../run/state.ts";
import { isoTime } from "../run/time.ts";

/** One thing that was done because a run had ended: an envelope of a list was sent, or the run's trigger was answered. */
export interface Sequel {
  readonly tenant: string;
  readonly runId: RunId;
  readonly list: ChainList | "result";
  /** Place in the list; 0 for the answer. */
  readonly index: number;
  /** The run it started; null when it was refused, and for the answer. */
  readonly childId: RunId | null;
  readonly refused: { readonly code: ErrorCode; readonly message: string } | null;
  readonly at: Instant;
}

const ORDER: readonly Sequel["list"][] = ["on_success", "on_failure", "on_complete", "result"];

/** The order in which the sequels of a run are listed. */
export const inOrder = (a: Sequel, b: Sequel): number =>
  ORDER.indexOf(a.list) - ORDER.indexOf(b.list) || a.index - b.index;

/** The envelopes a run has sent, as clients see them. */
export const chainedView = (sequels: readonly Sequel[]): readonly JsonObject[] =>
  sequels
    .filter(({ list }) => list !== "result")
    .sort(inOrder)
    .map(({ list, index, childId, refused, at }) => ({
      on: list,
      index,
      run_id: childId,
      error: refused && { ...refused },
      at: isoTime(at),
    }));
