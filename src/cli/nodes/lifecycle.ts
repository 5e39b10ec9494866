import { Command, Option } from "commander";
import { type Lifecycle, LIFECYCLES } from "../../core/registry/node.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { oneLine } from "../printer.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly to: Lifecycle;
  readonly reason?: string;
  readonly replacedBy?: string;
  readonly json: boolean;
}

/** `onex nodes lifecycle`. */
export function lifecycleCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("lifecycle"))
    .summary("move a registered node to another lifecycle state")
    .description(
      "Moves one version in the registry; its files stay as they are. A node becomes active when it keeps the example of " +
        "its contract and its cases, which the server runs. Deprecating names the node that takes over, archiving says why.",
    )
    .argument("<node>", "its name for the newest version, or name@version")
    .addOption(new Option("--to <state>", "the state to move to").choices(LIFECYCLES).makeOptionMandatory())
    .option("--reason <text>", "why it is archived")
    .option("--replaced-by <node>", "the registered node that takes over: uuid, name or name@version")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex nodes lifecycle word_count@1.0.0 --to active", "it is ready"],
        ["onex nodes lifecycle word_count --to deprecated --replaced-by word_stats", "another takes over"],
      ),
    )
    .action((node: string, options: Options) => settle(() => move(shell, node, options), options));
}

async function move(shell: Shell, text: string, options: Options): Promise<ExitCode> {
  const [{ asking, serverClient }, { namedNode }] = await Promise.all([
    import("../remote/server.ts"),
    import("./named-node.ts"),
  ]);
  const client = serverClient(options, shell);
  const { name, version } = await namedNode(text, client);
  const { to, reason, replacedBy } = options;
  const moved = await asking(() =>
    client.nodes.move(name, version, {
      to,
      ...(reason === undefined ? {} : { reason }),
      ...(replacedBy === undefined ? {} : { replaced_by: replacedBy }),
    }),
  );
  const said = moved.changed ? `${moved.from} -> ${moved.to}` : `is ${moved.to} already`;
  await (options.json
    ? writeJson(shell.stdout, moved)
    : shell.stdout.write(`${oneLine(`${name}@${version}: ${said}`)}\n`));
  return EXIT.ok;
}
