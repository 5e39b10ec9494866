import { randomUUID } from "node:crypto";
import type { WriteStream } from "node:tty";
import type { Shell, Sink } from "./shell.ts";

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
  };
}

function streamSink(stream: WriteStream): Sink {
  let gone = false;
  // A reader such as `head` closes the pipe when it has seen enough; the command goes on to its own exit code.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    gone = true;
  });
  return {
    isTerminal: stream.isTTY,
    columns: stream.columns ?? 80,
    write: (text) =>
      new Promise((resolve) => {
        if (gone || text === "") resolve();
        else stream.write(text, () => resolve());
      }),
  };
}

async function readStdin(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
