import { Command } from "commander";
import type { Metrics } from "../../../contracts/api/metrics.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { plural } from "../plural.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";

interface Options extends ServerOptions {
  readonly prometheus: boolean;
  readonly json: boolean;
}

/** `onex metrics`. */
export function metricsCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("metrics"))
    .summary("the server in numbers")
    .description(
      "Runs, cache, dead letters, nodes and trust. The server gathers the figures every ten seconds at most.",
    )
    .option("--prometheus", "print the text format of Prometheus", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(["onex metrics", "how does it stand?"], ["onex metrics --json | jq .cache", "a part of it"]),
    )
    .action((options: Options) => settle(() => show(shell, options), options));
}

async function show(shell: Shell, options: Options): Promise<ExitCode> {
  if (options.prometheus && options.json) throw usageFailure("--prometheus and --json exclude each other");
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  if (options.prometheus) {
    await shell.stdout.write(await asking(() => client.metricsText()));
    return EXIT.ok;
  }
  const figures = await asking(() => client.metrics());
  await (options.json ? writeJson(shell.stdout, figures) : shell.stdout.write(columns(rowsOf(figures))));
  return EXIT.ok;
}

function rowsOf({
  failing,
  runs,
  cache,
  breakers,
  dead_letters: letters,
  nodes,
  trust,
}: Metrics): readonly (readonly string[])[] {
  const { window_s: window, created, failed, cancelled, steps, cached_steps: cached } = runs.recent;
  const minutes = Math.round(window / 60);
  const scores = (list: Metrics["trust"]["lowest"]): string =>
    list.map(({ node, score }) => `${node} ${score.toFixed(2)}`).join(", ") || "nothing is known yet";
  return [
    ["unfinished runs", tally(runs.unfinished)],
    ...(Object.keys(breakers.open).length === 0 ? [] : [["targets left alone", tally(breakers.open)]]),
    ...(Object.keys(runs.quarantined).length === 0 ? [] : [["in quarantine", tally(runs.quarantined)]]),
    [`runs of ${minutes} minutes`, `${created}, of which ${failed} failed, ${cancelled} cancelled`],
    ["their steps", `${steps}, of which ${cached} cached`],
    [
      "cache",
      `${plural(cache.entries, "result")}, ${plural(cache.bytes, "byte")}; ${cache.stored} stored, ${cache.hits} used`,
    ],
    ["open dead letters", tally(letters.open)],
    ["node versions", tally(nodes.by_lifecycle)],
    ["least trusted", scores(trust.lowest)],
    ["most trusted", scores(trust.highest)],
    ...(failing.length === 0 ? [] : [["could not be had", failing.join(", ")]]),
    ...(runs.complete && cache.complete ? [] : [["note", "there is more than was counted"]]),
  ];
}

const tally = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", ") || "none";
