import { main } from "../../../src/cli/main.ts";
import type { Shell, Sink } from "../../../src/cli/shell.ts";

/** How a command of the tests is run. */
export interface OnexOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Whether both outputs are terminals. */
  readonly terminal?: boolean;
  /** Signals that ask the command to end; none comes when left out. */
  readonly onStop?: Shell["onStop"];
  /** ISO 8601; each reading of the clock is a second later than the one before. */
  readonly now?: string;
}

export interface OnexOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON document; throws when it is none. */
  json<T>(): T;
}

export const AUTHOR = "Tide Desk";
export const NOW = "2026-01-31T12:00:00.000Z";

/** Runs the command line in this process: its clock, ids, environment and outputs are the test's. */
export async function onex(args: readonly string[], options: OnexOptions = {}): Promise<OnexOutcome> {
  const stdout = memorySink(options.terminal === true);
  const stderr = memorySink(options.terminal === true);
  let reading = 0;
  let ids = 0;
  const start = Date.parse(options.now ?? NOW);
  const shell: Shell = {
    cwd: options.cwd ?? process.cwd(),
    env: { PATH: process.env["PATH"], ONEX_AUTHOR: AUTHOR, ...options.env },
    stdout,
    stderr,
    stdin: () => Promise.resolve(options.stdin ?? ""),
    now: () => new Date(start + reading++ * 1_000),
    uuid: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
    onStop: options.onStop ?? (() => () => undefined),
  };
  const code = await main(args, shell);
  return { code, stdout: stdout.text(), stderr: stderr.text(), json: <T>() => JSON.parse(stdout.text()) as T };
}

function memorySink(isTerminal: boolean): Sink & { text(): string } {
  let written = "";
  return {
    isTerminal,
    columns: 100,
    write(text) {
      written += text;
      return Promise.resolve();
    },
    text: () => written,
  };
}
