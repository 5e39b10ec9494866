import type { Answer } from "../../core/run/dispatch/work-item.ts";

/**
 * A call of an object takes 32 MiB. A value that travels in an answer has at most 64 KB of JSON (INLINE_VALUE_BYTES),
 * which may take twice as much in memory.
 */
const MOST_VALUES = 200;

/** How many of these answers, from the first, go to their ring in one call; one at least, however large it is. */
export function answersInCall(answers: readonly Answer[]): number {
  let values = 0;
  const tooMany = answers.findIndex((answer, place) => {
    values += valuesIn(answer);
    return place > 0 && values > MOST_VALUES;
  });
  return tooMany === -1 ? answers.length : tooMany;
}

/** Outputs, reported events, and what tells of a failure. */
const valuesIn = ({ results }: Answer): number =>
  results.reduce(
    (sum, { outcome }) => sum + (outcome.ok ? Object.keys(outcome.outputs).length + (outcome.events?.length ?? 0) : 1),
    0,
  );
