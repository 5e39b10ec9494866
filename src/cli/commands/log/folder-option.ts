import { resolve } from "node:path";
import type { Command } from "commander";
import type { DebugLog } from "../../../core/debug-log/debug-log.ts";
import { gitVersion } from "../../git.ts";
import type { LogFolder } from "../../log/log-folder.ts";
import type { Shell } from "../../shell.ts";

export interface FolderOptions {
  readonly dir?: string;
  readonly json: boolean;
}

/** Gives a command the options that say where the logs are and how to print. */
export const withFolder = (command: Command): Command =>
  command
    .option("--dir <folder>", "where the logs are; default ONEX_LOG_DIR, then debug-logs")
    .option("--json", "print one JSON document", false);

/** The folder the options, the environment or nobody chose. */
export async function chosenFolder(shell: Shell, { dir }: FolderOptions): Promise<LogFolder> {
  const { logFolder } = await import("../../log/log-folder.ts");
  return logFolder(resolve(shell.cwd, dir ?? shell.env["ONEX_LOG_DIR"] ?? "debug-logs"), shell.cwd);
}

/** An empty log of this week. */
export const freshLog = (shell: Shell, week: string, owner: string): DebugLog => ({
  fields: {
    log_owner: owner,
    week,
    repo_version: gitVersion(shell.cwd),
    created_at: shell.now().toISOString(),
  },
  entries: [],
});
