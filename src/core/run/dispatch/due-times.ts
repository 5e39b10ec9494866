import { Heap } from "../../plan/model/heap.ts";
import type { SegmentId } from "../../plan/model/plan.ts";
import type { Instant, SegmentState } from "../model/state.ts";

type Segments = ReadonlyMap<SegmentId, SegmentState>;

interface DueTime {
  readonly at: Instant;
  readonly id: SegmentId;
}

/** So few are looked through faster than they are kept in order. */
const FEW = 16;

/** A heap for every run of many segments: the earliest first. Entries that no longer hold are dropped when they come up. */
const heaps = new WeakMap<Segments, Heap<DueTime>>();

/** When the first of the segments needs attention; null for none. */
export function nextDue(segments: Segments): Instant | null {
  if (segments.size <= FEW) return earliest(segments.values());
  const heap = heaps.get(segments) ?? build(segments);
  for (let { first } = heap; first !== undefined; first = heap.first) {
    if (segments.get(first.id)?.dueAt === first.at) return first.at;
    heap.pop();
  }
  return null;
}

/** The segments have got these states. Whoever changes them in place must say so. */
export function noteDue(segments: Segments, changed: readonly SegmentState[]): void {
  const heap = heaps.get(segments);
  if (!heap) return;
  for (const { id, dueAt } of changed) if (dueAt !== null) heap.push({ at: dueAt, id });
}

function earliest(segments: Iterable<SegmentState>): Instant | null {
  let due: Instant | null = null;
  for (const { dueAt } of segments) if (dueAt !== null && (due === null || dueAt < due)) due = dueAt;
  return due;
}

function build(segments: Segments): Heap<DueTime> {
  const heap = new Heap<DueTime>((one, other) => one.at - other.at);
  for (const { id, dueAt } of segments.values()) if (dueAt !== null) heap.push({ at: dueAt, id });
  heaps.set(segments, heap);
  return heap;
}
