import type { ExitCode } from "./shell.ts";

/**
 * Runs a command's work: what it gives is the exit code, what it throws is printed, as a JSON document when the command
 * was asked for JSON.
 */
export type Settle = (work: () => Promise<ExitCode>, options: { readonly json: boolean }) => Promise<void>;

/** The examples at the end of a command's help: what to type, and what for. */
export function examples(...lines: readonly (readonly [command: string, purpose: string])[]): string {
  return `\nExamples:\n${lines.map(([command, purpose]) => `  # ${purpose}\n  ${command}`).join("\n")}`;
}
