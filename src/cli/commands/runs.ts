import { Command } from "commander";
import type { Settle } from "../command.ts";
import { copyCommands } from "../runs/copies.ts";
import { listCommand } from "../runs/list.ts";
import { quarantineCommands } from "../runs/quarantine.ts";
import { logsCommand } from "../runs/logs.ts";
import { deleteCommand } from "../runs/remove.ts";
import { showCommand } from "../runs/show.ts";
import { steeringCommands } from "../runs/steer.ts";
import { valueCommand } from "../runs/value.ts";
import type { Shell } from "../shell.ts";

/** `onex runs`. */
export function runsCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("runs").summary("look at runs, steer them, repeat them");
  const all = [
    listCommand(shell, settle),
    showCommand(shell, settle),
    logsCommand(shell, settle),
    valueCommand(shell, settle),
    ...steeringCommands(shell, settle),
    ...copyCommands(shell, settle),
    ...quarantineCommands(shell, settle),
    deleteCommand(shell, settle),
  ];
  for (const one of all) command.addCommand(one);
  return command;
}
