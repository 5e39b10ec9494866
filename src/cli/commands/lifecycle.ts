import { Command, Option } from "commander";
import { type Lifecycle, LIFECYCLES } from "../../core/registry/node.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { EXIT, type Shell } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface Options {
  readonly to: Lifecycle;
  readonly reason?: string;
  readonly replacedBy?: string;
  readonly json: boolean;
}

/** `onex lifecycle`. */
export function lifecycleCommand(shell: Shell, settle: Settle): Command {
  return new Command("lifecycle")
    .summary("move a node to another lifecycle state")
    .description(
      "Moves the lifecycle in a node's metadata and stamps it. The ways are draft to review, active or archived; review to " +
        "draft, active or archived; active to deprecated or archived; deprecated to archived. Deprecating names the node that " +
        "takes over, archiving says why. A node becomes active when it keeps its own examples: those of its contract and of " +
        "cases.json are run, functions in the sandbox, and a placeholder is refused.",
    )
    .argument("<node>", "the node's folder, or a stamped file")
    .addOption(new Option("--to <state>", "the state to move to").choices(LIFECYCLES).makeOptionMandatory())
    .option("--reason <text>", "why it is archived")
    .option("--replaced-by <node>", "the node that takes over: its uuid, its folder or its file")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex lifecycle nodes/word_count --to active", "it is ready"],
        ["onex lifecycle nodes/word_count --to deprecated --replaced-by nodes/word_stats", "another takes over"],
        ["onex lifecycle nodes/word_count --to archived --reason 'nobody uses it'", "it is over"],
      ),
    )
    .action((target: string, options: Options) =>
      settle(async () => {
        const { moveLifecycle } = await import("../lifecycle/move-lifecycle.ts");
        const { to, reason, replacedBy } = options;
        const move = await moveLifecycle({ target, to, reason, replacedBy }, shell);
        const said = move.changed ? `${move.from ?? "none"} -> ${move.to}` : `is ${move.to} already`;
        await (options.json
          ? writeJson(shell.stdout, move)
          : shell.stdout.write(`${oneLine(`${move.path}: ${said}`)}\n`));
        return EXIT.ok;
      }, options),
    );
}
