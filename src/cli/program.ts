import { Command } from "commander";
import type { Settle } from "./command.ts";
import { cacheCommand } from "./commands/cache.ts";
import { completionCommand } from "./commands/completion.ts";
import { crawlCommand } from "./commands/crawl.ts";
import { dlqCommand } from "./commands/dlq.ts";
import { generateCommand } from "./commands/generate.ts";
import { hooksCommand } from "./commands/hooks.ts";
import { importCommand } from "./commands/import.ts";
import { initCommand } from "./commands/init.ts";
import { lifecycleCommand } from "./commands/lifecycle.ts";
import { logCommand } from "./commands/log.ts";
import { metricsCommand } from "./commands/metrics.ts";
import { nodesCommand } from "./commands/nodes.ts";
import { planCommand } from "./commands/plan.ts";
import { handlersCommand } from "./commands/handlers.ts";
import { poolsCommand } from "./commands/pools.ts";
import { runnerCommand } from "./commands/runner.ts";
import { runCommand } from "./commands/run.ts";
import { runsCommand } from "./commands/runs.ts";
import { runtimeCommand } from "./commands/runtime.ts";
import { schemaCommand } from "./commands/schema.ts";
import { stampCommand } from "./commands/stamp.ts";
import { treeCommand } from "./commands/tree.ts";
import { triggerCommand } from "./commands/trigger.ts";
import { validateCommand } from "./commands/validate.ts";
import type { Shell } from "./shell.ts";

/** Makes a command for a shell; its modules with work in them are loaded when it is run. */
export type MakeCommand = (shell: Shell, settle: Settle) => Command;

const COMMANDS: readonly MakeCommand[] = [
  initCommand,
  validateCommand,
  stampCommand,
  generateCommand,
  importCommand,
  treeCommand,
  schemaCommand,
  crawlCommand,
  nodesCommand,
  planCommand,
  runCommand,
  runsCommand,
  runtimeCommand,
  dlqCommand,
  triggerCommand,
  cacheCommand,
  poolsCommand,
  handlersCommand,
  runnerCommand,
  metricsCommand,
  lifecycleCommand,
  hooksCommand,
  logCommand,
  completionCommand,
];

/** The whole command line, one command a file. */
export function onexProgram(shell: Shell, settle: Settle, version: string): Command {
  const program = new Command("onex")
    .description("Contract-driven nodes: their metadata and schemas, plans, runs and the registry.")
    .version(version)
    .showHelpAfterError("(--help shows how)")
    .showSuggestionAfterError();
  for (const make of COMMANDS) program.addCommand(make(shell, settle));
  return program;
}
