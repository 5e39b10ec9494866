import { Command } from "commander";
import type { Settle } from "../command.ts";
import type { Shell } from "../shell.ts";
import { listCommand } from "../triggers/list.ts";
import { sendCommand } from "../triggers/send.ts";
import { showCommand } from "../triggers/show.ts";

/** `onex trigger`: bus messages. */
export function triggerCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("trigger").summary("send bus messages, and see what came of them");
  for (const make of [sendCommand, listCommand, showCommand]) command.addCommand(make(shell, settle));
  return command;
}
