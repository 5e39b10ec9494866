import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex runs delete`. */
export function deleteCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("delete"))
    .summary("delete an ended run for good")
    .description("Removes its record, its place in every list and values nobody else refers to. There is no way back.")
    .argument("<run>", "the run's id")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex runs delete ID", "forget it"]))
    .action((id: string, options: Options) => settle(() => remove(shell, id, options), options));
}

async function remove(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  await asking(() => client.runs.delete(id));
  await (options.json
    ? writeJson(shell.stdout, { run_id: id, deleted: true })
    : shell.stdout.write(`run ${id} is deleted\n`));
  return EXIT.ok;
}
