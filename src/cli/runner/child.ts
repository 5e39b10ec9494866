import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { Readable, Writable } from "node:stream";
import { ARGS_FD, CALL_FD, RESULT_FD } from "./harness.ts";
import type { LogCapture } from "./log-capture.ts";
import { killTree, MARK } from "./process-tree.ts";

/** A process to start. */
export interface ChildCall {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly timeoutMs: number;
  /** Aborted when nobody waits for it any more. */
  readonly signal: AbortSignal;
  readonly log: LogCapture;
  /** What it reads on standard input. */
  readonly stdin?: string;
  /** Standard output is its result; otherwise it is log. */
  readonly keepStdout: boolean;
  /** What it is given on a descriptor of its own; then its closing message is read from another. */
  readonly call?: string;
  /** What the sandbox reads from ARGS_FD. */
  readonly args?: string;
  /** Whatever it starts ends with it, because its walls do: nobody has to look for what it left behind. */
  readonly isContained: boolean;
  /** Done besides, when it is ended before its time. */
  readonly onKill?: () => void;
}

/** How a process ended. */
export interface ChildEnd {
  /** `exit`: by itself. `time` and `cancelled`: it was ended. `flood`: it wrote more than a result may be. `start`: it was never there. */
  readonly why: "exit" | "time" | "cancelled" | "flood" | "start";
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly message: string;
  /** Why it could not be started. */
  readonly problem: string | null;
  readonly durationMs: number;
}

const PIPES = ["pipe", "pipe", "pipe"] as const;
const CALL_PIPES = ["pipe", "pipe"] as const;
const NO_CALL = ["ignore", "ignore"] as const;

/** The largest result, in bytes. */
export const MAX_RESULT_BYTES = 8 * 1_048_576;
/** So long the last lines of a process are waited for once it has ended, in milliseconds: others may hold its pipes open. */
const DRAIN_MS = 1_000;

/** Runs a process to its end. Whatever happens, all of it is over when this resolves; it never rejects. */
export function runChild(call: ChildCall): Promise<ChildEnd> {
  const { argv, env, timeoutMs, signal, log } = call;
  const [program = "", ...args] = argv;
  const hasCall = call.call !== undefined;
  const mark = randomUUID();
  const began = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      env: { ...env, [MARK]: mark },
      ...(call.cwd === undefined ? {} : { cwd: call.cwd }),
      // A group of its own, so that ending it ends what it started.
      detached: true,
      stdio: [...PIPES, ...(hasCall ? CALL_PIPES : NO_CALL), ...(call.args === undefined ? [] : (["pipe"] as const))],
    });
    let why: ChildEnd["why"] = "exit";
    const stop = (reason: ChildEnd["why"]): void => {
      if (why !== "exit") return;
      why = reason;
      call.onKill?.();
      if (child.pid !== undefined) killTree(child.pid, mark);
    };
    const stdout = new Bounded(() => stop("flood"));
    const message = new Bounded(() => stop("flood"));
    const timer = setTimeout(() => stop("time"), timeoutMs);
    const onAbort = (): void => stop("cancelled");
    signal.addEventListener("abort", onAbort);
    if (signal.aborted) onAbort();
    const finish = (code: number | null, ended: string | null, problem: string | null): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      log.end();
      const durationMs = performance.now() - began;
      resolve({ why, code, signal: ended, stdout: stdout.text, message: message.text, problem, durationMs });
    };
    child.on("error", (error) => {
      if (child.pid !== undefined) return;
      why = "start";
      finish(null, null, error.message);
    });
    child.stdout?.on("data", (bytes: Buffer) => (call.keepStdout ? stdout.take(bytes) : log.take("stdout", bytes)));
    child.stderr?.on("data", (bytes: Buffer) => log.take("stderr", bytes));
    const pipes = child.stdio as readonly (Readable | Writable | null | undefined)[];
    feed(child.stdin, call.stdin ?? "");
    if (hasCall) {
      const out = pipes[RESULT_FD] as Readable;
      out.on("data", (bytes: Buffer) => message.take(bytes));
      out.on("error", () => undefined);
      feed(pipes[CALL_FD] as Writable, call.call ?? "");
    }
    if (call.args !== undefined) feed(pipes[ARGS_FD] as Writable, call.args);
    let late: NodeJS.Timeout | null = null;
    child.on("exit", () => {
      if (child.pid !== undefined && !call.isContained) killTree(child.pid, mark);
      late = setTimeout(() => pipes.forEach((pipe) => pipe?.destroy()), DRAIN_MS);
    });
    child.on("close", (code, ended) => {
      if (late) clearTimeout(late);
      finish(code, ended, null);
    });
  });
}

/** A process that does not read what it is given is no fault of ours. */
function feed(pipe: Writable | null, text: string): void {
  if (!pipe) return;
  pipe.on("error", () => undefined);
  pipe.end(text);
}

/** Bytes up to the largest result; more of them are none. */
class Bounded {
  readonly #chunks: Buffer[] = [];
  readonly #onFlood: () => void;
  #bytes = 0;

  constructor(onFlood: () => void) {
    this.#onFlood = onFlood;
  }

  take(bytes: Buffer): void {
    this.#bytes += bytes.byteLength;
    if (this.#bytes > MAX_RESULT_BYTES) return this.#onFlood();
    this.#chunks.push(bytes);
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}
