import type { Fault } from "../../core/errors.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { BoundedMemo } from "./bounded-memo.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import type { Result } from "../../core/result.ts";
import type { Ground } from "./ground.ts";

/** What an answer takes in memory before anything is in it, in bytes and roughly. */
const ANSWER_BYTES = 4_096;
/** What a step, or a candidate for a key, adds: with its share of index and text. */
const ITEM_BYTES = 512;
/** What each value adds that a step or a result takes. */
const SOURCE_BYTES = 64;
const CHAR_BYTES = 2;

/** The answers of one isolate, of all snapshots together. */
export class PlanMemo {
  readonly #answers = new BoundedMemo<Result<Plan, Fault>>({ entries: 2_048, weight: 32 * 1_024 * 1_024 });
  /** Snapshots by number: a plan belongs to the very snapshot it was made from, whatever versions are called. */
  readonly #numbers = new WeakMap<RegistrySnapshot, number>();
  #snapshots = 0;

  /**
   * The answer to a question on this ground: remembered, or made and remembered. Planning is pure, so both are the same as
   * long as equal questions are equal requests.
   *
   * @param question the whole request as a text; never a hash, so no two requests can share an answer
   */
  remembered(question: string, { snapshot, served }: Ground, make: () => Result<Plan, Fault>): Result<Plan, Fault> {
    const key = `${this.#numberOf(snapshot)} ${served.text} ${question}`;
    const known = this.#answers.get(key);
    if (known) return known;
    const made = make();
    this.#answers.set(key, made, CHAR_BYTES * key.length + bytesOf(made));
    return made;
  }

  #numberOf(snapshot: RegistrySnapshot): number {
    let number = this.#numbers.get(snapshot);
    if (number === undefined) this.#numbers.set(snapshot, (number = ++this.#snapshots));
    return number;
  }
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
