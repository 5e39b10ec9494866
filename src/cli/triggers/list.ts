import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex trigger list`. */
export function listCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("list"))
    .summary("list groups, and the nodes messages reach")
    .description("Every group with its nodes: active ones are reached by a message, the others could be.")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex trigger list", "whom can a message reach?"]))
    .action((options: Options) => settle(() => list(shell, options), options));
}

async function list(shell: Shell, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const found = await asking(() => serverClient(options, shell).triggers.groups());
  if (options.json) {
    await writeJson(shell.stdout, found);
    return EXIT.ok;
  }
  const rows = found.groups.flatMap(({ group, triggerable, active }) =>
    triggerable.map(({ node, kind, lifecycle, tags, requires }) => [
      group,
      node,
      active.includes(node) ? "active" : lifecycle,
      kind,
      `needs ${requires.join(", ") || "nothing"}`,
      tags.join(", "),
    ]),
  );
  await shell.stdout.write(rows.length === 0 ? "no node is in a group\n" : columns(rows));
  return EXIT.ok;
}
