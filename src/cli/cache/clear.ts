import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";

interface Options extends ServerOptions {
  readonly all: boolean;
  readonly json: boolean;
}

/** `onex cache clear`. */
export function clearCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("clear"))
    .summary("remove results, so that the work is done again")
    .description("Removes the results of a node or of one version of it. What runs made of them before is not touched.")
    .argument("[node]", "the node: its name, or name@version")
    .option("--all", "every result of every node", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex cache clear shout", "every version of it"],
        ["onex cache clear shout@1.0.0", "one version"],
        ["onex cache clear --all", "everything"],
      ),
    )
    .action((node: string | undefined, options: Options) => settle(() => clear(shell, node, options), options));
}

async function clear(shell: Shell, ref: string | undefined, options: Options): Promise<ExitCode> {
  if ((ref === undefined) !== options.all) throw usageFailure("either a node or --all is required");
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const [node = "", version] = (ref ?? "").split("@", 2);
  const choice = ref === undefined ? ({ all: true } as const) : { node, ...(version === undefined ? {} : { version }) };
  const { entries } = await asking(() => client.cache.clear(choice));
  const text = `${entries} ${entries === 1 ? "result is" : "results are"} removed\n`;
  await (options.json ? writeJson(shell.stdout, { entries }) : shell.stdout.write(text));
  return EXIT.ok;
}
