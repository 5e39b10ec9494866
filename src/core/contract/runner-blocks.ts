import type { CliPart, CliWire } from "../../../contracts/documents/runner-blocks.ts";
import type { ContractProblem } from "./contract-problem.ts";
import { contractProblem } from "./contract-problem.ts";

/** What a `cli` block is judged against: the keys of the contract it stands in. */
export interface CalledContract {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

/** What is wrong with a `cli` block beyond its shape: keys that the contract has not, a shell without a script. */
export function cliProblems(cli: CliWire | undefined, { inputs, outputs }: CalledContract): readonly ContractProblem[] {
  if (cli === undefined) return [];
  const found: ContractProblem[] = [];
  const refuse = (place: readonly (string | number)[], message: string, hint: string): void => {
    found.push(contractProblem("ST001", ["cli", ...place], message, hint));
  };
  const among = (keys: ReadonlySet<string>): string => `name one of ${[...keys].sort().join(", ")}`;
  const input = (place: readonly (string | number)[], part: CliPart): void => {
    if (typeof part === "string" || inputs.has(part.key)) return;
    refuse(place, `${part.key} is no input of the node`, among(inputs));
  };
  (cli.command ?? []).forEach((part, at) => input(["command", at], part));
  for (const [name, part] of Object.entries(cli.env ?? {})) {
    if (typeof part === "string" || !("secret_ref" in part)) input(["env", name], part);
  }
  if (typeof cli.stdin === "string") input(["stdin"], { key: cli.stdin, dashes: false });
  const { stdout, exit_code: exitCode, exit_codes: codes, shell, command } = cli;
  if ("text" in stdout && !outputs.has(stdout.text))
    refuse(["stdout", "text"], `${stdout.text} is no output of the node`, among(outputs));
  if (exitCode !== undefined && !outputs.has(exitCode))
    refuse(["exit_code"], `${exitCode} is no output of the node`, among(outputs));
  if (shell && typeof command?.[0] !== "string")
    refuse(["command"], "a shell needs its script as the first part", "write the script first, then its arguments");
  if (command !== undefined && command.length > 0 && typeof command[0] !== "string")
    refuse(
      ["command", 0],
      "which program runs is not for a value to say",
      "name the program, and give the value after it",
    );
  if (codes.retry.some((code) => codes.ok.includes(code)))
    refuse(["exit_codes"], "a code is success or worth another attempt, not both", "name it once");
  return found;
}
