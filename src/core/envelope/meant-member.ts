import { nearest } from "../plan/model/nearest.ts";

/** Less of a name than this could be the beginning or the end of many others. */
const LEAST_PART = 2 / 3;

/**
 * The known name that was meant by an unknown one, or null: one of the same letters, whatever their case, order and
 * separators; one that is a few letters apart; or one of which it is the greater part, from its beginning or to its end.
 * A name with a word added to it is another name, not a slip: `source_node_id` is not `source_node`.
 */
export function meantMember(written: string, known: readonly string[]): string | null {
  const own = known.filter((name) => !written.startsWith(`${name}_`) && !written.endsWith(`_${name}`));
  const letters = lettersOf(written);
  return (
    own.find((name) => lettersOf(name) === letters) ??
    nearest(written, own, 1)[0] ??
    own.find((name) => isPart(written, name)) ??
    null
  );
}

const lettersOf = (name: string): string =>
  [...name.toLowerCase()]
    .filter((letter) => letter !== "_" && letter !== "-")
    .toSorted()
    .join("");

const isPart = (part: string, name: string): boolean =>
  part.length >= name.length * LEAST_PART && (name.startsWith(part) || name.endsWith(part));
