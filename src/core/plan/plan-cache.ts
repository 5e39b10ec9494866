import type { Fault } from "../errors.ts";
import type { RegistrySnapshot } from "../registry/snapshot.ts";
import type { Result } from "../result.ts";
import { BoundedMemo } from "./bounded-memo.ts";
import type { Plan } from "./plan.ts";

/** What a step, or a candidate for a key, takes in memory, in bytes and roughly: with its share of index and text. */
const ITEM_BYTES = 1_024;

/** The isolate's answers, of all snapshots together. */
const answers = new BoundedMemo<Result<Plan, Fault>>({ entries: 2_048, weight: 32 * 1_024 * 1_024 });

/** Snapshots by number: a plan belongs to the very snapshot it was made from, whatever versions are called. */
const numbers = new WeakMap<RegistrySnapshot, number>();
let snapshots = 0;

/**
 * The answer to a question for this snapshot: remembered, or made and remembered. Planning is pure, so both are the same
 * as long as equal questions are equal requests.
 *
 * @param question the whole request as a text; never a hash, so no two requests can share an answer
 */
export function remembered(
  question: string,
  snapshot: RegistrySnapshot,
  make: () => Result<Plan, Fault>,
): Result<Plan, Fault> {
  const key = `${numberOf(snapshot)} ${question}`;
  const known = answers.get(key);
  if (known) return known;
  const made = make();
  answers.set(key, made, key.length + ITEM_BYTES * itemsOf(made));
  return made;
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
