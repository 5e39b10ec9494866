/** Where a command writes. Writing never fails: what cannot be written is dropped, and so is the rest; `problem` says why. */
export interface Sink {
  write(text: string): Promise<void>;
  readonly isTerminal: boolean;
  /** Width in characters; 80 when nobody knows. */
  readonly columns: number;
  /** Why something was dropped; null when nothing was. */
  readonly problem?: string | null;
}

/** What asks a command to end. */
export type StopSignal = "SIGHUP" | "SIGINT" | "SIGTERM";

/** The world of a command, so that a test can hand it another. */
export interface Shell {
  /** Absolute path that relative paths start from. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: Sink;
  /** Progress, explanations and errors. */
  readonly stderr: Sink;
  /** Everything that is piped in. */
  readonly stdin: () => Promise<string>;
  readonly now: () => Date;
  readonly uuid: () => string;
  /** Tells of signals that ask the command to end, until the function it gives is called. Without a listener they end it at once. */
  readonly onStop: (listener: (signal: StopSignal) => void) => () => void;
}

/**
 * 0: all is well. 1: there are findings, or the work could not be done. 2: the command was called wrongly. 3: a run ended
 * as partial. Above 128: a signal ended it, 128 and the signal's number.
 */
export const EXIT = { ok: 0, findings: 1, usage: 2, partial: 3, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How the command names what is wrong with a file; a server's refusal has a code of its own. */
export type FileCode = "FILE_UNREADABLE" | "FILE_NOT_REGULAR" | "FILE_UNWRITABLE" | "FILE_IS_LINK";

export interface FailureOptions {
  readonly exitCode?: ExitCode;
  readonly code?: string;
  /** Everything that is wrong, when it is more than the message says: a line each. */
  readonly list?: readonly string[];
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Why a command stopped without doing its work; printed, never a stack trace. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  /** Null when the message says all there is to say. */
  readonly code: string | null;
  /** What is printed, line by line; `message` is all of it. */
  readonly lines: readonly string[];
  readonly hint: string | null;

  constructor(message: string, options: FailureOptions = {}) {
    const lines = [message, ...(options.list ?? [])];
    super(lines.join("\n  "), { cause: options.cause });
    this.lines = lines;
    this.name = "CommandFailure";
    this.exitCode = options.exitCode ?? EXIT.findings;
    this.code = options.code ?? null;
    this.hint = options.hint ?? null;
  }
}

/** The command was called wrongly. */
export const usageFailure = (message: string, hint?: string): CommandFailure =>
  new CommandFailure(message, { exitCode: EXIT.usage, ...(hint === undefined ? {} : { hint }) });

/** What the operating system said, without its own wording of the path. */
export function systemReason(thrown: unknown): string {
  const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
  return REASONS[code] ?? (code === "" ? "it cannot be used" : code);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it does not exist",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is no folder",
  ELOOP: "its links go in a circle",
  ENAMETOOLONG: "its name is too long",
  EEXIST: "it exists already",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "it would be larger than a file may be",
  EIO: "the disk does not answer as it should",
  EMFILE: "too many files are open",
  ENOTEMPTY: "it is not empty",
  ENXIO: "nothing is at its other end",
  EPIPE: "its reader is gone",
  EROFS: "the file system is read-only",
  ERR_FS_FILE_TOO_LARGE: "it is too large",
  ERR_STRING_TOO_LONG: "it is too large",
};
