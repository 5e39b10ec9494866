import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import type { LintOptions } from "../runtime/lint-contracts.ts";
import type { Shell } from "../shell.ts";

/** `onex runtime`: the contract a host starts from. */
export function runtimeCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("runtime").summary("check the contract a host starts from");
  command
    .command("lint")
    .summary("say everything that is wrong with a runtime contract")
    .description(
      "Reads a runtime contract as the host does when it starts, and says everything that is wrong with it: the file and " +
        "line, what is wrong, and what to do. Without a file, every contracts/runtime*.yaml of the folder is read, each for " +
        "its own environment.",
    )
    .argument("[files...]", "runtime contracts")
    .option("--environment <name>", "the environment it must hold in; by default the one the file's name says")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runtime lint", "would every environment start?"],
        ["onex runtime lint --environment production", "would production?"],
        ["onex runtime lint my.yaml --environment staging", "would this one do?"],
      ),
    )
    .action((files: string[], options: LintOptions) =>
      settle(async () => {
        const { lintContracts } = await import("../runtime/lint-contracts.ts");
        return lintContracts(files, options, shell);
      }, options),
    );
  return command;
}
