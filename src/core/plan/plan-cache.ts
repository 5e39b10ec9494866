import type { Fault } from "../errors.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import type { Result } from "../result.ts";
import type { Plan } from "./plan.ts";

/** The isolate's bounds: answers of all snapshots together, and what they weigh in bytes, roughly. */
const MAX_ENTRIES = 2_048;
const MAX_BYTES = 32 * 1_024 * 1_024;
/** What a step, or a candidate for a key, takes in memory, roughly: with its share of the plan's index and text. */
const ITEM_BYTES = 1_024;

interface Entry {
  readonly answer: Result<Plan, Fault>;
  readonly bytes: number;
}

/** In order of last use, oldest first. */
const entries = new Map<string, Entry>();
let bytesHeld = 0;

/** Snapshots by number: a plan is of the very snapshot it was made from, whatever versions are called. */
const numbers = new WeakMap<RegistrySnapshot, number>();
let snapshots = 0;

/**
 * The answer to a question for this snapshot: remembered, or made and remembered. Planning is pure, so both are the same
 * as long as equal questions are equal requests.
 *
 * @param question the whole request as a text; never a hash, so no two requests can share an entry
 */
export function remembered(
  question: string,
  snapshot: RegistrySnapshot,
  make: () => Result<Plan, Fault>,
): Result<Plan, Fault> {
  const key = `${numberOf(snapshot)} ${question}`;
  const known = entries.get(key);
  if (known) {
    entries.delete(key);
    entries.set(key, known);
    return known.answer;
  }
  const answer = make();
  const bytes = key.length + ITEM_BYTES * itemsOf(answer);
  // One request must not push out everything else.
  if (bytes > MAX_BYTES / 2) return answer;
  entries.set(key, { answer, bytes });
  bytesHeld += bytes;
  evict();
  return answer;
}

function numberOf(snapshot: RegistrySnapshot): number {
  let number = numbers.get(snapshot);
  if (number === undefined) numbers.set(snapshot, (number = ++snapshots));
  return number;
}

function itemsOf(answer: Result<Plan, Fault>): number {
  if (!answer.ok) return 1;
  const { steps, why } = answer.value;
  return why.reduce((sum, { candidates }) => sum + candidates.length, steps.length + 1);
}

function evict(): void {
  for (const [key, { bytes }] of entries) {
    if (entries.size <= MAX_ENTRIES && bytesHeld <= MAX_BYTES) return;
    entries.delete(key);
    bytesHeld -= bytes;
  }
}
