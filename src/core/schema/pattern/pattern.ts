import type { Budget } from "../budget.ts";
import { Automaton } from "./automaton.ts";
import { programOf } from "./program.ts";
import { readPattern } from "./read-pattern.ts";

/** A pattern that can be asked again and again; what it learns about texts it keeps. */
export interface Pattern {
  /** Whether it matches anywhere in the text. Spends work in proportion to what was looked at. */
  test(text: string, work: Budget): boolean;
}

/** The pattern ready to be matched, or null when it is none that is accepted. */
export function patternOf(text: string): Pattern | null {
  const read = readPattern(text);
  return read.ok ? new Automaton(programOf(read.value.node)) : null;
}
