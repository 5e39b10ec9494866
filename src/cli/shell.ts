/** Where a command writes. Writing to a reader that went away is no error: the rest is dropped. */
export interface Sink {
  write(text: string): Promise<void>;
  readonly isTerminal: boolean;
  /** Width in characters; 80 when nobody knows. */
  readonly columns: number;
}

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
}

/** 0: all is well. 1: there are findings, or the work could not be done. 2: the command was called wrongly. */
export const EXIT = { ok: 0, findings: 1, usage: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Why a command stopped without doing its work; printed, never a stack trace. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | null;

  constructor(message: string, options: { exitCode?: ExitCode; hint?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "CommandFailure";
    this.exitCode = options.exitCode ?? EXIT.findings;
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
  EROFS: "the file system is read-only",
};
