import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { firstOf, limitOf } from "../remote/first-of.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";
import { filterOf, type FilterOptions, withFilter } from "./filter.ts";

interface Options extends ServerOptions, FilterOptions {
  readonly limit: number;
  readonly json: boolean;
}

/** `onex dlq list`. */
export function listCommand(shell: Shell, settle: Settle): Command {
  return withServer(withFilter(new Command("list")))
    .summary("search the dead letters")
    .description("The dead letters for which every condition holds, newest first.")
    .option("--limit <count>", "how many to show, or all", limitOf, 20)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex dlq list --status open", "what waits for somebody?"],
        ["onex dlq list --run ID", "what was lost of a run?"],
      ),
    )
    .action((options: Options) => settle(() => list(shell, options), options));
}

async function list(shell: Shell, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const { items, more } = await asking(() => firstOf(client.deadLetters.all(filterOf(options)), options.limit));
  if (options.json) {
    await writeJson(shell.stdout, { dead_letters: items, more });
    return EXIT.ok;
  }
  const rows = items.map((entry) => [
    entry.id,
    entry.status,
    entry.failure_timestamp,
    entry.original_topic,
    entry.error_type,
    entry.lineage.run_id ?? "no run",
    entry.failure_reason,
  ]);
  const rest = more ? "there are more: --limit all shows them\n" : "";
  await shell.stdout.write(rows.length === 0 ? "no dead letter was found\n" : columns(rows) + rest);
  return EXIT.ok;
}
