import { Command } from "commander";
import type { Settle } from "../command.ts";
import { listCommand } from "../dead-letters/list.ts";
import { redriveCommand } from "../dead-letters/redrive.ts";
import { showCommand } from "../dead-letters/show.ts";
import type { Shell } from "../shell.ts";

/** `onex dlq`: messages nobody could process. */
export function dlqCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("dlq").summary("look at dead letters, and send them again");
  for (const make of [listCommand, showCommand, redriveCommand]) command.addCommand(make(shell, settle));
  return command;
}
