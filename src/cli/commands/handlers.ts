import { Command } from "commander";
import type { HandlerViewWire } from "../../../contracts/api/handlers.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex handlers`. */
export function handlersCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("handlers"))
    .summary("what executes envelopes and nodes, and how it is")
    .description("The handlers of a deployment: their operations, their version and their health.")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex handlers", "what can this deployment do?"]))
    .action((options: Options) => settle(() => show(shell, options), options));
}

/** Ends with 1 when one of them is not healthy. */
async function show(shell: Shell, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const { handlers } = await asking(() => serverClient(options, shell).handlers.list());
  await (options.json ? writeJson(shell.stdout, { handlers }) : shell.stdout.write(columns(handlers.map(rowOf))));
  return handlers.every(({ healthy }) => healthy) ? EXIT.ok : EXIT.findings;
}

function rowOf(handler: HandlerViewWire): readonly string[] {
  const { handler_type: type, version, supported_operations: operations, healthy, detail } = handler;
  const health = healthy ? "healthy" : "NOT HEALTHY";
  const note = handler.dev_test_only ? "development only" : (detail ?? "");
  return [type, version, health, operations.join(", "), note];
}
