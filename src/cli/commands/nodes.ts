import { Command } from "commander";
import type { Settle } from "../command.ts";
import { lifecycleCommand } from "../nodes/lifecycle.ts";
import { listCommand } from "../nodes/list.ts";
import { pullCommand } from "../nodes/pull.ts";
import { showCommand } from "../nodes/show.ts";
import { testCommand } from "../nodes/test.ts";
import type { Shell } from "../shell.ts";

/** `onex nodes`. */
export function nodesCommand(shell: Shell, settle: Settle): Command {
  const command = new Command("nodes").summary("look at registered nodes, fetch them, try them, move them");
  for (const make of [listCommand, showCommand, pullCommand, testCommand, lifecycleCommand])
    command.addCommand(make(shell, settle));
  return command;
}
