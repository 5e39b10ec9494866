import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { secondsOf } from "../run/seconds.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly result: boolean;
  readonly watch: boolean;
  readonly timeout: number;
  readonly json: boolean;
}

/** `onex runs show`. */
export function showCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("show"))
    .summary("show a run")
    .description("The run as it stands: its steps, what they wait for, its outputs or its error.")
    .argument("<run>", "the run's id")
    .option("--result", "show what an ended run came to", false)
    .option("--watch", "follow it to its end, and show that", false)
    .option("--timeout <seconds>", "how long to follow it", secondsOf, 300)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex runs show ID", "where is it?"],
        ["onex runs show ID --watch", "follow it"],
        ["onex runs show ID --json | jq .plan.why", "why were these nodes chosen?"],
      ),
    )
    .action((id: string, options: Options) => settle(() => show(shell, id, options), options));
}

async function show(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  if (options.watch || options.result) {
    const [{ remoteRunner }, { finish }] = await Promise.all([
      import("../run/remote-runner.ts"),
      import("../run/finish.ts"),
    ]);
    // Asked for the result alone, a run that goes on is told at once.
    if (!options.watch) await asking(() => client.runs.result(id));
    return finish(remoteRunner(client), id, { ...options, detach: false, events: [], approve: [] }, shell);
  }
  const view = await asking(() => client.runs.get(id));
  const { viewReport } = await import("../run/view-report.ts");
  await (options.json
    ? writeJson(shell.stdout, view)
    : shell.stdout.write(viewReport(view, painter(shell, shell.stdout))));
  return EXIT.ok;
}
