import { relative } from "node:path";
import { Command } from "commander";
import { authorOf } from "../../author.ts";
import { examples, type Settle } from "../../command.ts";
import { writeJson } from "../../json-output.ts";
import { CommandFailure, EXIT, type Shell } from "../../shell.ts";
import { chosenFolder, type FolderOptions, freshLog, withFolder } from "./folder-option.ts";
import { oneLine } from "../../printer.ts";

/** `onex log new`. */
export function newLogCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("new").summary("begin this week's log"))
    .option("--owner <name>", "who keeps it; default ONEX_AUTHOR, then git's user.name")
    .addHelpText("after", examples(["onex log new", "begin the log of this week"]))
    .action((options: FolderOptions & { readonly owner?: string }) =>
      settle(async () => {
        const [folder, { weekOf }] = await Promise.all([
          chosenFolder(shell, options),
          import("../../../core/debug-log/week.ts"),
        ]);
        const week = weekOf(shell.now().getTime());
        const path = folder.weekPath(week);
        folder.locked(() => {
          if (folder.read(path) !== null)
            throw new CommandFailure(`${relative(shell.cwd, path)} exists already and is left as it is`);
          folder.write(path, freshLog(shell, week, authorOf(shell, options.owner) ?? "unknown"));
        });
        const shown = relative(shell.cwd, path);
        await (options.json
          ? writeJson(shell.stdout, { path: shown, week })
          : shell.stdout.write(`${oneLine(shown)}\n`));
        return EXIT.ok;
      }, options),
    );
}
