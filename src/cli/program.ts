import { Command } from "commander";
import type { Settle } from "./command.ts";
import { validateCommand } from "./commands/validate.ts";
import type { Shell } from "./shell.ts";

/** The whole command line, one command a file. */
export function onexProgram(shell: Shell, settle: Settle, version: string): Command {
  const program = new Command("onex")
    .description("Contract-driven nodes: their metadata, their registry, their plans and runs.")
    .version(version)
    .showHelpAfterError("(--help shows how)")
    .showSuggestionAfterError();
  for (const make of [validateCommand]) program.addCommand(make(shell, settle));
  return program;
}
