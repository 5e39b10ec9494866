import type { Fault } from "../../errors.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { Result } from "../../result.ts";
import { BoundedMemo } from "./bounded-memo.ts";
import type { Plan } from "../model/plan.ts";

/** What an answer takes in memory before anything is in it, in bytes and roughly. */
const ANSWER_BYTES = 4_096;
/** What a step, or a candidate for a key, adds: with its share of index and text. */
const ITEM_BYTES = 512;
/** What each value adds that a step or a result takes. */
const SOURCE_BYTES = 64;
const CHAR_BYTES = 2;

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
  answers.set(key, made, CHAR_BYTES * key.length + bytesOf(made));
  return made;
}

function numberOf(snapshot: RegistrySnapshot): number {
  let number = numbers.get(snapshot);
  if (number === undefined) numbers.set(snapshot, (number = ++snapshots));
  return number;
}

/** A refusal may say far more than was asked: it lists everything that is wrong. */
function bytesOf(answer: Result<Plan, Fault>): number {
  if (!answer.ok) return ANSWER_BYTES + CHAR_BYTES * JSON.stringify(answer.error).length;
  const { steps, why, results } = answer.value;
  const candidates = why.reduce((sum, choice) => sum + choice.candidates.length, 0);
  const sources = steps.reduce((sum, { inputs }) => sum + countOf(inputs), countOf(results));
  return ANSWER_BYTES + ITEM_BYTES * (steps.length + candidates) + SOURCE_BYTES * sources;
}

const countOf = (map: Readonly<Record<string, unknown>>): number => Object.keys(map).length;
