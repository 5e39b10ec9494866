import { Command } from "commander";
import type { RunLogs } from "../../../contracts/api/pools.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { oneLine } from "../printer.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly follow: boolean;
  readonly json: boolean;
}

/** How long between two looks at what runs, in milliseconds: runners tell of their processes every second. */
const LOOK_MS = 500;

/** `onex runs logs`. */
export function logsCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("logs"))
    .summary("show what the processes of a run wrote")
    .description(
      "Standard output and standard error of Python, command and container steps, clipped to beginning and end.",
    )
    .argument("<run>", "the run's id")
    .option("--follow", "go on until the run has ended", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(["onex runs logs ID", "what did they write?"], ["onex runs logs ID --follow", "and what now?"]),
    )
    .action((id: string, options: Options) => settle(() => logs(shell, id, options), options));
}

async function logs(shell: Shell, id: string, options: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const client = serverClient(options, shell);
  const told = new Told();
  for (;;) {
    const found = await asking(() => client.runs.logs(id));
    const isLast = !options.follow || found.finished;
    if (options.json) {
      if (isLast) await writeJson(shell.stdout, found);
    } else await shell.stdout.write(told.news(found));
    if (isLast) return EXIT.ok;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** What of each attempt's log was shown: its lines only grow, but for those in the middle that are left out. */
export class Told {
  readonly #shown = new Map<string, number>();

  news({ logs: all }: RunLogs): string {
    return all
      .flatMap(({ step, attempt, lines }) => {
        const key = JSON.stringify([step, attempt]);
        const before = this.#shown.get(key) ?? 0;
        let number = 0;
        const rows = lines.flatMap(({ stream, text, skipped = 0 }) => {
          const row = `${step}  ${stream === "stderr" ? "!" : " "} ${oneLine(text)}\n`;
          const gap = skipped > 0 && number + skipped > before ? [`${step}    … ${skipped} lines are left out\n`] : [];
          number += skipped + 1;
          return number > before ? [...gap, row] : [];
        });
        this.#shown.set(key, Math.max(before, number));
        return rows;
      })
      .join("");
  }
}
