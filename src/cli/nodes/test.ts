import { resolve } from "node:path";
import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { isThere } from "../files/walk.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";
import type { Trial } from "./harness/candidates.ts";

interface Options extends ServerOptions {
  readonly all: boolean;
  readonly nodes: readonly string[];
  readonly json: boolean;
}

/** `onex nodes test`. */
export function testCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("test"))
    .summary("execute nodes with their own cases and compare what they give")
    .description(
      "Executes a node with the example of its contract and every case of its cases.json, in this process, and compares the " +
        "outputs. The node is a folder, or a registered one, whose texts are fetched. With --all, every active node that " +
        "the .onextree of a folder leads to. Every case begins at 2026-01-01T00:00:00Z in an engine of its own; waits take " +
        "no time. What nothing here executes is told and not tried. Ends with 1 when a case fails, or none was tried.",
    )
    .argument("[node]", "a folder; a registered node, as name or name@version; with --all the tree's folder, default .")
    .option("--all", "every active node of the tree", false)
    .option("--nodes <folder...>", "folders of nodes that may be parts of it", [])
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex nodes test nodes/word_count", "does it do what its cases say?"],
        ["onex nodes test word_count@1.0.0", "and the registered one?"],
        ["onex nodes test --all", "every active node of the tree"],
      ),
    )
    .action((node: string | undefined, options: Options) => settle(() => test(shell, node, options), options));
}

async function test(shell: Shell, node: string | undefined, options: Options): Promise<ExitCode> {
  const { holdTrial, summaryText, triedText } = await import("./harness/trial-report.ts");
  const trial = await trialOf(shell, node, options);
  const paint = painter(shell, shell.stdout);
  const report = await holdTrial(trial, async (tried) => {
    if (!options.json) await shell.stdout.write(triedText(tried, paint));
  });
  await (options.json ? writeJson(shell.stdout, report) : shell.stdout.write(summaryText(report)));
  return report.failed > 0 || report.passed === 0 ? EXIT.findings : EXIT.ok;
}

async function trialOf(shell: Shell, node: string | undefined, options: Options): Promise<Trial> {
  const { folderTrial, remoteTrial, treeTrial } = await import("./harness/candidates.ts");
  if (options.all) return treeTrial(node ?? ".", shell);
  if (node === undefined) throw usageFailure("name a node", "a folder, a registered node, or --all");
  if (isThere(resolve(shell.cwd, node))) return folderTrial([node], options.nodes, shell);
  const { serverClient } = await import("../remote/server.ts");
  return remoteTrial(node, serverClient(options, shell));
}
