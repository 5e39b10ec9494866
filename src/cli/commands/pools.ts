import { Command } from "commander";
import type { PoolViewWire } from "../../../contracts/api/pools.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { plural } from "../plural.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex pools`. */
export function poolsCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("pools"))
    .summary("what waits for runners, and who serves it")
    .description("The pools that nodes ask for: what waits in them, which runners are alive, and how busy they are.")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex pools", "is anybody there?"]))
    .action((options: Options) => settle(() => show(shell, options), options));
}

async function show(shell: Shell, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const { pools } = await asking(() => serverClient(options, shell).pools.list());
  await (options.json ? writeJson(shell.stdout, { pools }) : shell.stdout.write(columns(pools.flatMap(rowsOf))));
  return EXIT.ok;
}

function rowsOf({ name, waiting, leased, oldest_ms: oldest, runners }: PoolViewWire): readonly (readonly string[])[] {
  const since = oldest === null ? "" : `, the oldest for ${Math.round(oldest / 1_000)} s`;
  const served = runners.length === 0 ? "no runner is alive" : plural(runners.length, "runner");
  return [
    [name, `${waiting} waiting${since}`, `${leased} under way`, served],
    ...runners.map(({ node_id: id, running, concurrency, kinds, version }) => [
      `  ${id}`,
      `${running} of ${concurrency} running`,
      kinds.join(", "),
      version,
    ]),
  ];
}
