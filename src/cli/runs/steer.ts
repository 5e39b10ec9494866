import { Command } from "commander";
import type { RunSteered } from "../../../contracts/api/run-control.ts";
import type { WireClient } from "../../client/wire-client.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { noteIfUnheard } from "../run/heard.ts";
import { jsonOrText } from "../run/json-or-text.ts";
import { colourOf } from "../run/signal-text.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

interface WordOptions extends Options {
  readonly by?: string;
  readonly comment?: string;
}

/** The subcommands of `onex runs` that steer a run under way. */
export function steeringCommands(shell: Shell, settle: Settle): readonly Command[] {
  const steer = async (options: Options, work: (client: WireClient) => Promise<RunSteered>): Promise<ExitCode> => {
    const { asking, serverClient } = await import("../remote/server.ts");
    const client = serverClient(options, shell);
    const steered = await asking(() => work(client));
    const { run_id: id, status } = steered;
    const verb = status === "succeeded" || status === "failed" ? "has" : "is";
    const text = `run ${oneLine(id)} ${verb} ${painter(shell, shell.stdout)(colourOf(status), status)}\n`;
    await (options.json ? writeJson(shell.stdout, steered) : shell.stdout.write(text));
    return EXIT.ok;
  };
  const named = (name: string, summary: string, more: string): Command =>
    withServer(new Command(name).summary(summary).description(more).argument("<run>", "the run's id")).option(
      "--json",
      "print one JSON document",
      false,
    );

  const cancel = named("cancel", "end a run now", "Cancels every step that has not ended.")
    .option("--reason <text>", "why; the run tells it as its error")
    .addHelpText("after", examples(["onex runs cancel ID --reason 'the order was withdrawn'", "end it, and say why"]))
    .action((id: string, options: Options & { readonly reason?: string }) =>
      settle(
        () =>
          steer(options, ({ runs }) => runs.cancel(id, options.reason === undefined ? {} : { reason: options.reason })),
        options,
      ),
    );
  const pause = named("pause", "start nothing new in a run", "What is under way may end; what waits goes on waiting.")
    .addHelpText("after", examples(["onex runs pause ID", "hold it"]))
    .action((id: string, options: Options) => settle(() => steer(options, ({ runs }) => runs.pause(id)), options));
  const resume = named("resume", "let a paused run go on", "Dispatches whatever is ready.")
    .addHelpText("after", examples(["onex runs resume ID", "go on"]))
    .action((id: string, options: Options) => settle(() => steer(options, ({ runs }) => runs.resume(id)), options));
  const event = named(
    "event",
    "send a run an event",
    "Steps that wait for the name go on; else the first that will wait finds it.",
  )
    .argument("<name>", "the event's name")
    .argument("[payload]", "JSON or text; null when left out", jsonOrText, null)
    .addHelpText("after", examples(["onex runs event ID payment '{\"amount\": 42}'", "it was paid"]))
    .action((id: string, name: string, payload: unknown, options: Options) =>
      settle(
        () =>
          steer(options, async ({ runs }) => {
            const taken = await runs.sendEvent(id, name, payload);
            await noteIfUnheard(name, { steps: taken.heard_by, awaited: taken.awaited }, shell.stderr);
            return taken;
          }),
        options,
      ),
    );
  const word = (name: "approve" | "reject", summary: string, more: string): Command =>
    named(name, summary, more)
      .argument("<step>", "the step's id")
      .option("--by <name>", "who decides; default ONEX_AUTHOR")
      .option("--comment <text>", "why")
      .addHelpText("after", examples([`onex runs ${name} ID sign_off --by ann`, "say so"]))
      .action((id: string, step: string, options: WordOptions) =>
        settle(
          () => steer(options, ({ runs }) => runs.decide(id, step, wordOf(name === "approve", options, shell))),
          options,
        ),
      );
  return [
    cancel,
    pause,
    resume,
    event,
    word("approve", "approve a step that waits for it", "Only the first word counts."),
    word("reject", "reject a step that waits for approval", "Fails the step, and what depends on it."),
  ];
}

function wordOf(approved: boolean, { by, comment }: WordOptions, { env }: Shell) {
  const author = by ?? env["ONEX_AUTHOR"] ?? "";
  return { approved, ...(author === "" ? {} : { by: author }), ...(comment === undefined ? {} : { comment }) };
}
