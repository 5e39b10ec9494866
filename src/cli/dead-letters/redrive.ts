import { Command } from "commander";
import type { RedriveOutcome } from "../../../contracts/api/dead-letters.ts";
import type { WireClient } from "../../client/wire-client.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { type Paint, painter } from "../paint.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";
import { filterOf, type FilterOptions, withFilter } from "./filter.ts";

interface Options extends ServerOptions, FilterOptions {
  readonly all: boolean;
  readonly json: boolean;
}

/** The most entries of one request. */
const PAGE = 100;
/** Outcomes that leave something to be done. */
const UNDONE: ReadonlySet<RedriveOutcome["outcome"]> = new Set(["failing", "refused", "unknown"]);

/** `onex dlq redrive`. */
export function redriveCommand(shell: Shell, settle: Settle): Command {
  return withServer(withFilter(new Command("redrive")))
    .summary("send dead letters again")
    .description(
      "Sends messages again for which something still waits, and says of each what came of it: by their ids, by conditions " +
        "(open ones, if --status says nothing else), or all open ones. Ends with 1 when one could not be sent.",
    )
    .argument("[id...]", "ids of dead letters")
    .option("--all", "every open one", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex dlq redrive ID", "one"],
        ["onex dlq redrive --queue onex-execute --from 2026-01-31T00:00:00Z", "what a bad hour left"],
        ["onex dlq redrive --all", "everything open"],
      ),
    )
    .action((ids: string[], options: Options) => settle(() => redrive(shell, ids, options), options));
}

async function redrive(shell: Shell, ids: readonly string[], options: Options): Promise<ExitCode> {
  const filter = filterOf(options);
  const ways = [ids.length > 0, Object.keys(filter).length > 0, options.all].filter(Boolean).length;
  if (ways !== 1) throw usageFailure("name dead letters, or conditions, or --all", "one of the three");
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const results = await asking(() => (ids.length > 0 ? named(client, ids) : matching(client, filter)));
  const counts: Record<string, number> = {};
  for (const { outcome } of results) counts[outcome] = (counts[outcome] ?? 0) + 1;
  if (options.json) await writeJson(shell.stdout, { results, counts });
  else await shell.stdout.write(report(results, counts, painter(shell, shell.stdout)));
  return results.some(({ outcome }) => UNDONE.has(outcome)) ? EXIT.findings : EXIT.ok;
}

async function named({ deadLetters }: WireClient, ids: readonly string[]): Promise<readonly RedriveOutcome[]> {
  const results: RedriveOutcome[] = [];
  for (let at = 0; at < ids.length; at += PAGE) {
    results.push(...(await deadLetters.redriveMany({ ids: ids.slice(at, at + PAGE) })).results);
  }
  return results;
}

async function matching(
  { deadLetters }: WireClient,
  filter: ReturnType<typeof filterOf>,
): Promise<readonly RedriveOutcome[]> {
  const results: RedriveOutcome[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await deadLetters.redriveMany({ filter, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    results.push(...page.results);
    cursor = page.next;
  }
  return results;
}

function report(results: readonly RedriveOutcome[], counts: Readonly<Record<string, number>>, paint: Paint): string {
  if (results.length === 0) return "no dead letter was found\n";
  const rows = results.map(({ id, outcome, reason }) => [id, outcome, reason]);
  const total = Object.entries(counts).map(([outcome, count]) => `${count} ${outcome}`);
  return `${columns(rows)}${paint("bold", total.join(", "))}\n`;
}
