import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";
import { pageText } from "./page-text.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex trigger show`. */
export function showCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("show"))
    .summary("show a bus message and what came of it")
    .description("Who took the message, which runs it started, and what they came to.")
    .argument("<id>", "the trigger's id")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex trigger show ID", "what came of it?"]))
    .action((id: string, options: Options) => settle(() => show(shell, id, options), options));
}

async function show(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const page = await asking(() => serverClient(options, shell).triggers.get(id));
  await (options.json ? writeJson(shell.stdout, page) : shell.stdout.write(pageText(page)));
  return EXIT.ok;
}
