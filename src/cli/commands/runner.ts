import { availableParallelism } from "node:os";
import { Command, InvalidArgumentError } from "commander";
import { poolName } from "../../../contracts/documents/runner-blocks.ts";
import { examples, type Settle } from "../command.ts";
import { withServer } from "../remote/server-options.ts";
import type { ServeRunnerOptions } from "../runner/serve.ts";
import type { Shell } from "../shell.ts";

/** `onex runner`. */
export function runnerCommand(shell: Shell, settle: Settle): Command {
  const command: Command = withServer(new Command("runner"))
    .summary("execute Python, commands and containers for a server")
    .description(
      "Connects out to a server, leases the work items of its pools and answers them. Python and commands run in " +
        "bubblewrap. SIGTERM ends it: what runs may end, and what does not is given back.",
    )
    .requiredOption("--pool <name>", "a pool to serve; may be given several times", poolsOf)
    .option("--node-id <name>", "its name; the host's by default, and one runner's alone")
    .option("--concurrency <number>", "how many processes at once", countOf, availableParallelism())
    .option("--drain <seconds>", "how long what runs may go on when it is asked to end", countOf, 25)
    .option("--python <file>", "the Python interpreter; default /usr/bin/python3")
    .option("--environments <folder>", "the folder with the virtual environments that nodes name")
    .option("--cache <folder>", "where environments made with uv are kept")
    .option("--engine <command>", "how containers are run; default docker, then podman")
    .option("--secrets <folder>", "a folder with a file for each secret, besides SECRET_… of the environment")
    .option("--unsandboxed", "run Python and commands without walls where bubblewrap is missing", false)
    .option("--json", "tell what happens as lines of JSON", false)
    .addHelpText(
      "after",
      examples(
        ["onex runner --pool python", "serve Python nodes"],
        ["onex runner --pool python --pool cli --concurrency 8", "serve two pools"],
      ),
    )
    .action((options: ServeRunnerOptions) =>
      settle(async () => {
        const { serveRunner } = await import("../runner/serve.ts");
        return serveRunner(options, command.parent?.version() ?? "0.0.0", shell);
      }, options),
    );
  return command;
}

function poolsOf(text: string, before: readonly string[] = []): readonly string[] {
  if (!poolName.safeParse(text).success) throw new InvalidArgumentError("It takes a pool's name such as python.");
  return before.includes(text) ? before : [...before, text];
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a whole number from 1 to 9999.");
}
