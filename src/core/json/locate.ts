import { parseJson } from "../../../contracts/json/narrow.ts";
import type { PathStep } from "../contract/json-path.ts";
import { FLAWS, placeIn, type JsonFlaw } from "./flaw.ts";
import { numberFlaw } from "./number-flaw.ts";
import { endOfString } from "./shape.ts";

/** A list or object that is open where the reader stands. */
interface Open {
  /** Names of an object's members so far; null in a list. */
  readonly names: Set<string> | null;
  /** The member or item that is being read. */
  step: PathStep;
  /** Whether the next string is a member's name. */
  naming: boolean;
}

const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/**
 * The first flaw of a text that a parser takes for JSON, or that is nested too deeply, whatever follows then; with its
 * line and column. Null when there is none. Iterative and linear; called only when something is known to be wrong.
 */
export function locate(text: string, maxDepth: number): JsonFlaw | null {
  const open: Open[] = [];
  const stepsTo = (): PathStep[] => open.map(({ step }) => step);
  const flawAt = (index: number, flaw: Omit<JsonFlaw, "steps">): JsonFlaw => ({
    ...flaw,
    steps: stepsTo(),
    at: placeIn(text, index),
  });
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    const around = open.at(-1);
    if (character === "{" || character === "[") {
      if (open.length >= maxDepth) return flawAt(i, FLAWS.depth(maxDepth));
      open.push(
        character === "[" ? { names: null, step: 0, naming: false } : { names: new Set(), step: "", naming: true },
      );
    } else if (character === "}" || character === "]") open.pop();
    else if (character === "," && around) {
      if (around.names) around.naming = true;
      else around.step = Number(around.step) + 1;
    } else if (character === '"') {
      const end = endOfString(text, i);
      const string = stringOf(text.slice(i, end + 1));
      if (around?.names && around.naming) {
        around.step = string;
        around.naming = false;
        if (around.names.has(string)) return flawAt(i, FLAWS.repeated(string));
        around.names.add(string);
      }
      if (!string.isWellFormed()) return flawAt(i, FLAWS.surrogate());
      i = end;
    } else if (character === "-" || (character !== undefined && character >= "0" && character <= "9")) {
      NUMBER.lastIndex = i;
      const spelling = NUMBER.exec(text)?.[0] ?? character;
      const flaw = numberFlaw(Number(spelling), spelling);
      if (flaw) return flawAt(i, flaw);
      i += spelling.length - 1;
    }
  }
  return null;
}

function stringOf(token: string): string {
  try {
    const text = parseJson(token);
    return typeof text === "string" ? text : token;
  } catch {
    // Not reached in JSON; what is nested too deeply may be anything.
    return token;
  }
}
