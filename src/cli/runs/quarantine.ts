import { Command } from "commander";
import type { QuarantinedRunView } from "../../../contracts/api/quarantine.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { oneLine } from "../printer.ts";
import { columns } from "../remote/columns.ts";
import { firstOf, limitOf } from "../remote/first-of.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** The subcommands of `onex runs` for runs that were set aside. */
export function quarantineCommands(shell: Shell, settle: Settle): readonly Command[] {
  const named = (name: string, summary: string, more: string): Command =>
    withServer(new Command(name)).summary(summary).description(more);
  const json = (command: Command): Command => command.option("--json", "print one JSON document", false);
  const NAME = ["<run>", "the run's id"] as const;

  const list = json(
    named(
      "quarantined",
      "list the runs in quarantine",
      "Runs that cannot be read, decided on or stored. Each is kept as it is stored, and everything else goes on.",
    ).option("--limit <count>", "how many to show, or all", limitOf, 20),
  )
    .addHelpText("after", examples(["onex runs quarantined", "what was set aside, and why?"]))
    .action((options: Options & { readonly limit: number }) => settle(() => show(shell, options), options));
  const raw = named("raw", "print what is stored of a run in quarantine", "Every part as it is stored, as JSON.")
    .argument(...NAME)
    .addHelpText("after", examples(["onex runs raw ID > run.raw.json", "keep it before it is ended"]))
    .action((id: string, options: ServerOptions) =>
      settle(
        async () => {
          const { asking, serverClient } = await import("../remote/server.ts");
          const client = serverClient(options, shell);
          await writeJson(shell.stdout, await asking(() => client.quarantine.raw(id)));
          return EXIT.ok;
        },
        { json: true },
      ),
    );
  const retry = json(
    named(
      "retry",
      "try a run in quarantine again",
      "It goes on if it can by now. Exit code 1 when it stays in quarantine.",
    ).argument(...NAME),
  )
    .addHelpText("after", examples(["onex runs retry ID", "after a repair, or a deployment that can read it"]))
    .action((id: string, options: Options) => settle(() => tryAgain(shell, id, options), options));
  const end = json(
    named(
      "end",
      "end a run in quarantine as failed",
      "Gives it up with what can be read of it. What is stored of it is gone then: see 'onex runs raw'.",
    )
      .argument(...NAME)
      .option("--reason <text>", "why; the run tells it as its error"),
  )
    .addHelpText("after", examples(["onex runs end ID --reason 'the record is lost'", "give it up, and say why"]))
    .action((id: string, options: Options & { readonly reason?: string }) =>
      settle(async () => {
        const { asking, serverClient } = await import("../remote/server.ts");
        const client = serverClient(options, shell);
        const { reason } = options;
        const ended = await asking(() => client.quarantine.end(id, reason === undefined ? {} : { reason }));
        const text = `run ${oneLine(ended.run_id)} has ${ended.status}\n`;
        await (options.json ? writeJson(shell.stdout, ended) : shell.stdout.write(text));
        return EXIT.ok;
      }, options),
    );
  return [list, raw, retry, end];
}

async function show(shell: Shell, options: Options & { readonly limit: number }): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const { items, more } = await asking(() => firstOf(client.quarantine.all(), options.limit));
  if (options.json) await writeJson(shell.stdout, { runs: items, more });
  else if (items.length === 0) await shell.stdout.write("no run is in quarantine\n");
  else await shell.stdout.write(quarantineRows(items) + (more ? "there are more: --limit all shows them\n" : ""));
  return EXIT.ok;
}

async function tryAgain(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const tried = await asking(() => client.quarantine.retry(id));
  const { quarantine, status } = tried;
  const text =
    quarantine === null
      ? `run ${oneLine(tried.run_id)} goes on: ${status ?? "running"}\n`
      : `run ${oneLine(tried.run_id)} stays in quarantine: ${quarantine.code}: ${oneLine(quarantine.message)}\n`;
  await (options.json ? writeJson(shell.stdout, tried) : shell.stdout.write(text));
  return tried.released ? EXIT.ok : EXIT.findings;
}

/** One row a run: what it is, since when, and why. */
export const quarantineRows = (runs: readonly QuarantinedRunView[]): string =>
  columns(
    runs.map(({ run_id: id, since, operation, code, message }) => [
      id,
      "quarantined",
      since,
      "",
      operation ?? "",
      `${code}: ${message}`,
    ]),
  );
