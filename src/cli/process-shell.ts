import { randomUUID } from "node:crypto";
import type { WriteStream } from "node:tty";
import { utf8Text } from "./files/read-file.ts";
import { type Shell, type Sink, type StopSignal, systemReason } from "./shell.ts";

/** The shell of this very process. */
export function processShell(): Shell {
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: streamSink(process.stdout),
    stderr: streamSink(process.stderr),
    stdin: readStdin,
    now: () => new Date(),
    uuid: randomUUID,
    onStop,
  };
}

/** The stream's first error ends what it tells: a full disk, or a reader such as `head` that has seen enough. */

function streamSink(stream: WriteStream): Sink {
  let problem: string | null = null;
  stream.on("error", (error) => {
    problem ??= systemReason(error);
  });
  return {
    isTerminal: stream.isTTY,
    columns: stream.columns ?? 80,
    get problem() {
      return problem;
    },
    write: (text) =>
      new Promise((resolve) => {
        if (problem !== null || text === "") resolve();
        else stream.write(text, () => resolve());
      }),
  };
}

const STOP_SIGNALS = ["SIGHUP", "SIGINT", "SIGTERM"] as const satisfies readonly StopSignal[];

function onStop(listener: (signal: StopSignal) => void): () => void {
  for (const signal of STOP_SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, listener);
  };
}

async function readStdin(): Promise<string> {
  const chunks: Uint8Array[] = [];
  const stdin: AsyncIterable<Uint8Array> = process.stdin;
  for await (const chunk of stdin) chunks.push(chunk);
  return utf8Text(Buffer.concat(chunks), "standard input");
}
