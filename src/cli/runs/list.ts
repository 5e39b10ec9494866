import { Command, Option } from "commander";
import type { RunFilter, RunListEntry } from "../../../contracts/api/run-search.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { firstOf, limitOf } from "../remote/first-of.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

/** Every status of a run, as `--status` takes it. */
export const STATUSES = [
  "queued",
  "running",
  "waiting",
  "paused",
  "succeeded",
  "failed",
  "cancelled",
] as const satisfies readonly NonNullable<RunFilter["status"]>[];

interface Options extends ServerOptions {
  readonly status?: NonNullable<RunFilter["status"]>;
  readonly node?: string;
  readonly tag?: string;
  readonly operation?: string;
  readonly correlation?: string;
  readonly from?: string;
  readonly to?: string;
  readonly text?: string;
  readonly limit: number;
  readonly json: boolean;
}

/** `onex runs list`. */
export function listCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("list"))
    .summary("search the runs")
    .description("The runs for which every condition holds, newest first. The index may lag a second behind.")
    .addOption(new Option("--status <status>", "how the run stands").choices(STATUSES))
    .option("--node <node>", "a node of the plan: its name, or name@version")
    .option("--tag <tag>", "a tag of the envelope")
    .option("--operation <operation>", "such as goal.run")
    .option("--correlation <id>", "the envelope's correlation id")
    .option("--from <time>", "created then or later: ISO 8601 with a zone")
    .option("--to <time>", "created before then")
    .option("--text <text>", "a part of the error")
    .option("--limit <count>", "how many to show, or all", limitOf, 20)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runs list --status failed --node scaffold", "what went wrong there?"],
        ["onex runs list --from 2026-01-31T00:00:00Z --text TIMEOUT_ERROR", "since then, by a part of the error"],
        ["onex runs list --limit all --json | jq -r '.runs[].run_id'", "every id"],
      ),
    )
    .action((options: Options) => settle(() => list(shell, options), options));
}

async function list(shell: Shell, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const { items, more } = await asking(() => firstOf(client.runs.all(filterOf(options)), options.limit));
  if (options.json) await writeJson(shell.stdout, { runs: items, more });
  else await shell.stdout.write(listing(items, more));
  return EXIT.ok;
}

const filterOf = ({ status, node, tag, operation, correlation, from, to, text }: Options): RunFilter => ({
  ...(status === undefined ? {} : { status }),
  ...(node === undefined ? {} : { node }),
  ...(tag === undefined ? {} : { tag }),
  ...(operation === undefined ? {} : { operation }),
  ...(correlation === undefined ? {} : { correlation_id: correlation }),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(text === undefined ? {} : { text }),
});

function listing(runs: readonly RunListEntry[], more: boolean): string {
  if (runs.length === 0) return "no run was found\n";
  const rows = runs.map(({ run_id: id, status, created_at: created, duration_ms: ms, operation, want, error }) => [
    id,
    status,
    created,
    ms === null ? "" : `${ms} ms`,
    operation,
    error === null ? want.join(", ") : `${error.code}: ${error.message}`,
  ]);
  return columns(rows) + (more ? "there are more: --limit all shows them\n" : "");
}
