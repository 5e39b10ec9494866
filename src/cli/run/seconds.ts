import { InvalidArgumentError } from "commander";

/** A number of seconds from the command line. */
export function secondsOf(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError("It takes a number of seconds above 0, a day at most.");
}
