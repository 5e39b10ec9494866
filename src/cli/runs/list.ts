import { Command, Option } from "commander";
import type { RunFilter, RunListEntry } from "../../../contracts/api/run-search.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { firstOf, limitOf } from "../remote/first-of.ts";
import { quarantineRows } from "./quarantine.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, usageFailure, type ExitCode, type Shell } from "../shell.ts";

/** Every status of a run, as `--status` takes it: spelt here, so that help needs no schemas; a test compares. */
export const STATUSES = [
  "queued",
  "running",
  "waiting",
  "paused",
  "succeeded",
  "partial",
  "failed",
  "cancelled",
] as const satisfies readonly NonNullable<RunFilter["status"]>[];
/** What `--status` takes besides: a run that was set aside has none of them. */
const QUARANTINED = "quarantined";

interface Options extends ServerOptions {
  readonly status?: NonNullable<RunFilter["status"]> | typeof QUARANTINED;
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
    .addOption(new Option("--status <status>", "how the run stands").choices([...STATUSES, QUARANTINED]))
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
  if (options.status === QUARANTINED) {
    if (Object.keys(filterOf(options)).length > 0)
      throw usageFailure("--status quarantined goes with no other condition", "leave the others out");
    const { items, more } = await asking(() => firstOf(client.quarantine.all(), options.limit));
    if (options.json) await writeJson(shell.stdout, { runs: items, more });
    else await shell.stdout.write(items.length === 0 ? NOTHING : quarantineRows(items) + (more ? MORE : ""));
    return EXIT.ok;
  }
  const { items, more } = await asking(() => firstOf(client.runs.all(filterOf(options)), options.limit));
  const aside = isUnfiltered(options) ? (await asking(() => client.quarantine.list())).runs : [];
  if (options.json) await writeJson(shell.stdout, { runs: items, more, quarantined: aside });
  else await shell.stdout.write(quarantineRows(aside) + listing(items, more, aside));
  return EXIT.ok;
}

const NOTHING = "no run was found\n";
const MORE = "there are more: --limit all shows them\n";

/** Nothing but a number of runs is asked for: whatever needs somebody belongs there too. */
const isUnfiltered = (options: Options): boolean =>
  options.status === undefined && Object.keys(filterOf(options)).length === 0;

const filterOf = ({ status: asked, node, tag, operation, correlation, from, to, text }: Options): RunFilter => ({
  ...(asked === undefined || asked === QUARANTINED ? {} : { status: asked }),
  ...(node === undefined ? {} : { node }),
  ...(tag === undefined ? {} : { tag }),
  ...(operation === undefined ? {} : { operation }),
  ...(correlation === undefined ? {} : { correlation_id: correlation }),
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(text === undefined ? {} : { text }),
});

function listing(runs: readonly RunListEntry[], more: boolean, aside: readonly unknown[]): string {
  if (runs.length === 0) return aside.length === 0 ? NOTHING : "";
  const rows = runs.map(({ run_id: id, status, created_at: created, duration_ms: ms, operation, want, error }) => [
    id,
    status,
    created,
    ms === null ? "" : `${ms} ms`,
    operation,
    error === null ? want.join(", ") : `${error.code}: ${error.message}`,
  ]);
  return columns(rows) + (more ? MORE : "");
}
