import type { JsonValue } from "../../../contracts/json/json.ts";
import { oneLine } from "../printer.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";
import { accompany } from "./accompany.ts";
import { hasLargeOutput, largeValueLines } from "./large-values.ts";
import { resultReport } from "./run-report.ts";
import type { Runner } from "./runner.ts";

export interface FinishOptions {
  readonly events: readonly { readonly name: string; readonly payload: JsonValue }[];
  readonly approve: readonly string[];
  readonly watch: boolean;
  readonly detach: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
  /** The file the run will be written to, if any. */
  readonly out?: string;
}

/** Stays with a run that has begun until it has ended, and prints what it came to; detached, prints its id. */
export async function finish(runner: Runner, runId: string, options: FinishOptions, shell: Shell): Promise<ExitCode> {
  const { watch, detach, timeout, json, events, approve } = options;
  if (detach) {
    await (json ? writeJson(shell.stdout, { run_id: runId }) : shell.stdout.write(`${runId}\n`));
    return EXIT.ok;
  }
  const watchOn = !watch ? null : json ? shell.stderr : shell.stdout;
  const result = await accompany(runner, runId, { timeoutMs: timeout * 1000, watchOn, events, approve }, shell);
  const paint = painter(shell, shell.stdout);
  await (json ? writeJson(shell.stdout, result) : shell.stdout.write(resultReport(result, paint)));
  if (!json && hasLargeOutput(result)) await shell.stdout.write(await largeText(runner, runId, options.out));
  return result.run_status === "succeeded" ? EXIT.ok : result.run_status === "partial" ? EXIT.partial : EXIT.findings;
}

/** Where the values are that the result only refers to. A local run that is written nowhere is gone with them. */
async function largeText(runner: Runner, runId: string, out: string | undefined): Promise<string> {
  const lines = largeValueLines(await runner.view(runId), runner.outlives ? runId : (out ?? "run.json"));
  const kept = runner.outlives || out !== undefined;
  return [...lines, ...(kept ? [] : ["first keep the run: --out run.json"])]
    .map((line) => `${oneLine(line)}\n`)
    .join("");
}
