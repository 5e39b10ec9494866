import { Command } from "commander";
import { clearCommand } from "../cache/clear.ts";
import { statsCommand } from "../cache/stats.ts";
import type { Settle } from "../command.ts";
import type { Shell } from "../shell.ts";

/** `onex cache`: results that are used again. */
export function cacheCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("cache").summary("look at the result cache, and clear it");
  for (const make of [statsCommand, clearCommand]) command.addCommand(make(shell, settle));
  return command;
}
