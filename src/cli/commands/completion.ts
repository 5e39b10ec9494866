import { Argument, Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { SHELLS, type ShellName } from "../completion-script.ts";
import { writeJson } from "../json-output.ts";
import { EXIT, type Shell } from "../shell.ts";

/** `onex completion`. */
export function completionCommand(shell: Shell, settle: Settle): Command {
  return new Command("completion")
    .summary("print a completion script for a shell")
    .addArgument(new Argument("<shell>", "the shell").choices(SHELLS))
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ['eval "$(onex completion bash)"', "in ~/.bashrc"],
        ['eval "$(onex completion zsh)"', "in ~/.zshrc, after compinit"],
        ["onex completion fish > ~/.config/fish/completions/onex.fish", "for fish"],
      ),
    )
    .action((name: ShellName, options: { readonly json: boolean }, command: Command) =>
      settle(async () => {
        const { completionScript } = await import("../completion-script.ts");
        const script = completionScript(command.parent ?? command, name);
        await (options.json ? writeJson(shell.stdout, { shell: name, script }) : shell.stdout.write(script));
        return EXIT.ok;
      }, options),
    );
}
