import { Command } from "commander";
import type { Settle } from "../command.ts";
import { copyCommands } from "../runs/copies.ts";
import { showCommand } from "../runs/show.ts";
import { steeringCommands } from "../runs/steer.ts";
import type { Shell } from "../shell.ts";

/** `onex runs`. */
export function runsCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("runs").summary("look at runs, steer them, repeat them");
  const all = [showCommand(shell, settle), ...steeringCommands(shell, settle), ...copyCommands(shell, settle)];
  for (const one of all) command.addCommand(one);
  return command;
}
