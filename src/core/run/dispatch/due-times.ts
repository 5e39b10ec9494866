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
const heaps = new WeakMap<Segments, DueTime[]>();

/** When the first of the segments needs attention; null for none. */
export function nextDue(segments: Segments): Instant | null {
  if (segments.size <= FEW) return earliest(segments.values());
  const heap = heaps.get(segments) ?? build(segments);
  for (let first = heap[0]; first !== undefined; first = heap[0]) {
    if (segments.get(first.id)?.dueAt === first.at) return first.at;
    dropFirst(heap);
  }
  return null;
}

/** The segments have got these states. Whoever changes them in place must say so. */
export function noteDue(segments: Segments, changed: readonly SegmentState[]): void {
  const heap = heaps.get(segments);
  if (!heap) return;
  for (const { id, dueAt } of changed) if (dueAt !== null) insert(heap, { at: dueAt, id });
}

function earliest(segments: Iterable<SegmentState>): Instant | null {
  let due: Instant | null = null;
  for (const { dueAt } of segments) if (dueAt !== null && (due === null || dueAt < due)) due = dueAt;
  return due;
}

function build(segments: Segments): DueTime[] {
  const heap: DueTime[] = [];
  for (const { id, dueAt } of segments.values()) if (dueAt !== null) insert(heap, { at: dueAt, id });
  heaps.set(segments, heap);
  return heap;
}

function insert(heap: DueTime[], added: DueTime): void {
  let at = heap.push(added) - 1;
  for (let parent = (at - 1) >> 1; at > 0; at = parent, parent = (at - 1) >> 1) {
    const above = heap[parent];
    if (!above || above.at <= added.at) break;
    heap[at] = above;
    heap[parent] = added;
  }
}

function dropFirst(heap: DueTime[]): void {
  const moved = heap.pop();
  if (!moved || heap.length === 0) return;
  heap[0] = moved;
  for (let at = 0; ;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    const child = right && left && right.at < left.at ? 2 * at + 2 : 2 * at + 1;
    const below = heap[child];
    if (!below || below.at >= moved.at) return;
    heap[at] = below;
    heap[child] = moved;
    at = child;
  }
}
