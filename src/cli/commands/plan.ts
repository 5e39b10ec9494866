import { Command, Option } from "commander";
import { PLAN_TEXTS } from "../../core/plan/views/plan-text.ts";
import { examples, type Settle } from "../command.ts";
import type { PlanFormat } from "../plan/show-plan.ts";
import type { ServerOptions } from "../remote/server-options.ts";
import { type ExitCode, type Shell, usageFailure } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface Options extends ServerOptions {
  readonly local: boolean;
  readonly nodes: readonly string[];
  readonly policy?: string;
  readonly format?: PlanFormat;
  readonly why: boolean;
  readonly against?: string;
  readonly mutate?: string;
  readonly json: boolean;
}

/** `onex plan`. */
export function planCommand(shell: Shell, settle: Settle): Command {
  return new Command("plan")
    .summary("show the plan of a goal or graph, and why it is as it is")
    .description(
      "Plans what a JSON or YAML file asks for and runs nothing. The file is a goal {want, given}, a graph {steps, given}, " +
        "a node {node, input}, an envelope {operation, payload}, a plan made before, or a document of the earlier project: " +
        "an orchestrator's contract, a workflow, a capability graph, or a capability policy, which is planned over the " +
        "capability graphs beside it. Ends with 0 when there is a plan, with 1 when it is refused or differs.",
    )
    .argument("<file>", "JSON or YAML; - reads standard input")
    .option("--local", "plan here with the built-in nodes; so it is without --url", false)
    .option("--nodes <path...>", "folders of further nodes, or documents that bring their own", [])
    .option("--url <url>", "let this server plan, with its nodes and their trust")
    .option(
      "--token-file <file>",
      "with --url, file with the token; default ONEX_TOKEN, then .dev.vars for a local server",
    )
    .option("--policy <json>", "policy fields that replace the file's: JSON, or a file")
    .addOption(new Option("--format <form>", "how to show it; default tree").choices([...PLAN_TEXTS, "json"]))
    .option("--why", "with the tree, show every candidate of every key", false)
    .option("--mutate <file>", "apply a list of mutations to the plan")
    .option("--against <file>", "show the difference from a plan made before instead; 1 when there is one")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex plan goal.yaml", "what would be run, and why?"],
        ["onex plan goal.yaml --format mermaid", "as a drawing"],
        [`onex plan goal.yaml --policy '{"max_cost": 3}'`, "under another policy"],
        ["onex plan goal.yaml --json > before.json", "keep a plan"],
        ["onex plan goal.yaml --nodes my-nodes --against before.json", "what do my nodes change?"],
        ["onex plan before.json --mutate changes.json", "change a plan"],
      ),
    )
    .action((file: string, options: Options) =>
      settle(() => plan(shell, file, options), { json: formatOf(options) === "json" }),
    );
}

const formatOf = ({ json, format }: Options): PlanFormat => (json ? "json" : (format ?? "tree"));

async function plan(shell: Shell, file: string, options: Options): Promise<ExitCode> {
  const { url, tokenFile, against, nodes } = options;
  const format = formatOf(options);
  const json = format === "json";
  if (options.local && url !== undefined) throw usageFailure("--local and --url exclude each other");
  if (options.json && (options.format ?? "json") !== "json")
    throw usageFailure("--json and --format exclude each other");
  if (against !== undefined && !json && format !== "tree") throw usageFailure(`a difference has no form ${format}`);
  const [{ planDocumentOf }, { readDocument }, { textIn }, { policyFields }, { mutationList }, show] =
    await Promise.all([
      import("../plan/plan-document.ts"),
      import("../plan/read-text.ts"),
      import("../files/read-file.ts"),
      import("../plan/policy-option.ts"),
      import("../plan/mutation-list.ts"),
      import("../plan/show-plan.ts"),
    ]);
  const before = against === undefined ? null : await show.planInFile(against, shell);
  const policy = await policyFields(options.policy, shell);
  const mutations = await mutationList(options.mutate, shell);
  if (!mutations.ok) return show.showRefusal(mutations.error, json, shell);
  const read = readDocument(await textIn(file, shell));
  const document = read.ok ? planDocumentOf(read.value) : read;
  if (!document.ok) return show.showRefusal(document.error, json, shell);
  const wishes = { path: file, nodes, policy, mutations: mutations.value };
  const made =
    url === undefined
      ? await (await import("../plan/local-plan.ts")).planLocally(document.value, wishes, shell)
      : await (
          await import("../plan/remote-plan.ts")
        ).planRemotely(document.value, wishes, { url, ...(tokenFile === undefined ? {} : { tokenFile }) }, shell);
  if (!made.ok) return show.showRefusal(made.error, json, shell);
  for (const note of made.value.notes) await shell.stderr.write(`note: ${oneLine(note)}\n`);
  return before === null
    ? show.showPlan(made.value.plan, format, options.why, shell)
    : show.showDifference(before, made.value.plan, json, shell);
}
