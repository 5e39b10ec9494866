import { Command } from "commander";
import type { Settle } from "../command.ts";
import type { Shell } from "../shell.ts";
import { addEntryCommand } from "./log/add.ts";
import { archiveLogCommand } from "./log/archive.ts";
import { newLogCommand } from "./log/new.ts";
import { searchLogCommand } from "./log/search.ts";

/** `onex log`. */
export function logCommand(shell: Shell, settle: Settle): Command {
  return new Command("log")
    .summary("keep debug logs: a file a week, searchable, archived by quarter")
    .addCommand(newLogCommand(shell, settle))
    .addCommand(addEntryCommand(shell, settle))
    .addCommand(searchLogCommand(shell, settle))
    .addCommand(archiveLogCommand(shell, settle));
}
