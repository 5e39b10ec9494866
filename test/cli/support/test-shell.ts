import { main } from "../../../src/cli/main.ts";
import type { ExitCode, Shell, Sink } from "../../../src/cli/shell.ts";

export interface Outcome {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Whether standard output and error are a terminal. */
  readonly terminal?: boolean;
  /** Signals that ask the command to end; none comes when left out. */
  readonly onStop?: Shell["onStop"];
}

/** Runs the command line in this process, in a shell made for it. */
export async function onex(args: readonly string[], options: ShellOptions): Promise<Outcome> {
  const stdout = sink(options.terminal ?? false);
  const stderr = sink(options.terminal ?? false);
  let uuids = 0;
  const shell: Shell = {
    cwd: options.cwd,
    env: options.env ?? {},
    stdout,
    stderr,
    stdin: () => Promise.resolve(options.stdin ?? ""),
    now: () => new Date(Date.UTC(2026, 0, 31, 12)),
    uuid: () => `00000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}`,
    onStop: options.onStop ?? (() => () => undefined),
  };
  const code = await main(args, shell);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function sink(isTerminal: boolean): Sink & { text(): string } {
  const written: string[] = [];
  return {
    isTerminal,
    columns: 80,
    write: (text) => {
      written.push(text);
      return Promise.resolve();
    },
    text: () => written.join(""),
  };
}
