import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { plural } from "../plural.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex cache stats`. */
export function statsCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("stats"))
    .summary("what is kept, and how often it was used")
    .description(
      "The results kept of each node version. Uses are counted when a run is archived, a second after its end.",
    )
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex cache stats", "is the cache of any use?"]))
    .action((options: Options) => settle(() => stats(shell, options), options));
}

async function stats(shell: Shell, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const { nodes } = await asking(() => client.cache.stats());
  if (options.json) {
    await writeJson(shell.stdout, { nodes });
    return EXIT.ok;
  }
  const rows = nodes.map(({ node, version, entries, bytes, hits, stored }) => [
    `${node}@${version}`,
    `${entries} kept`,
    plural(bytes, "byte"),
    `${stored} stored`,
    `${hits} used`,
  ]);
  await shell.stdout.write(rows.length === 0 ? "the cache is empty\n" : columns(rows));
  return EXIT.ok;
}
