import type { SegmentId } from "../../plan/model/plan.ts";
import type { SegmentState } from "../model/state.ts";

type Segments = ReadonlyMap<SegmentId, SegmentState>;

const reached = new WeakMap<Segments, WeakMap<object, number>>();

/**
 * The place of the first item in a list that has not ended, or the list's length. What has ended in a run stays so: the
 * place is remembered for these segments and this very list, and the search goes on from there.
 */
export function firstOpen<T>(segments: Segments, list: readonly T[], hasEnded: (item: T) => boolean): number {
  const places = reached.get(segments) ?? new WeakMap<object, number>();
  reached.set(segments, places);
  let at = places.get(list) ?? 0;
  for (let item = list[at]; item !== undefined && hasEnded(item); item = list[at]) at++;
  places.set(list, at);
  return at;
}
