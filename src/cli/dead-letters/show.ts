import { Command } from "commander";
import type { DeadLetterPage } from "../../../contracts/api/dead-letters.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly payload: boolean;
  readonly json: boolean;
}

/** `onex dlq show`. */
export function showCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("show"))
    .summary("show a dead letter")
    .description("Why it died, what it is about, and whether anything still waits for it.")
    .argument("<id>", "the dead letter's id")
    .option("--payload", "print the message as it arrived", false)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex dlq show ID", "why?"], ["onex dlq show ID --payload", "the message itself"]))
    .action((id: string, options: Options) => settle(() => show(shell, id, options), options));
}

async function show(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const { deadLetters } = serverClient(options, shell);
  if (options.payload) await writeJson(shell.stdout, await asking(() => deadLetters.payload(id)));
  else {
    const page = await asking(() => deadLetters.get(id));
    await (options.json ? writeJson(shell.stdout, page) : shell.stdout.write(report(page)));
  }
  return EXIT.ok;
}

function report({ lineage, standing, cause, resolution, run, ...entry }: DeadLetterPage): string {
  const steps = lineage.steps.map(({ id, attempt }) => `${id} (attempt ${attempt})`).join(", ");
  const optional: readonly (readonly [string, string | null])[] = [
    ["cause", cause && `${cause.code}: ${cause.message}`],
    ["run", lineage.run_id && `${lineage.run_id}${run === null ? "" : `, ${run.status}`}`],
    ["segment", lineage.segment],
    ["steps", steps === "" ? null : steps],
    ["redriven", lineage.redriven_at && `${lineage.redrives} times, last at ${lineage.redriven_at}`],
    ["resolved", resolution && `${resolution.at}: ${resolution.reason}`],
  ];
  return columns([
    ["dead letter", entry.id],
    ["status", entry.status],
    ["queue", entry.original_topic],
    ["class", entry.error_type],
    ["reason", entry.failure_reason],
    ["died", `${entry.failure_timestamp}, after ${entry.retry_count} redeliveries`],
    ...optional.flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    ["now", `${standing.kind}: ${standing.reason}`],
  ]);
}
