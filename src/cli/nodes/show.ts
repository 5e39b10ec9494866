import { Command } from "commander";
import type { NodeDetail } from "../../../contracts/api/nodes-api.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { plural } from "../plural.ts";
import { columns } from "../remote/columns.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly json: boolean;
}

/** `onex nodes show`. */
export function showCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("show"))
    .summary("show a version of a node")
    .description(
      "What is registered of a node: its contract, its cases, its trust. With --json also the texts it consists of.",
    )
    .argument("<node>", "its name for the newest version, or name@version")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex nodes show metadata_report", "the newest version"],
        ["onex nodes show word_count@1.0.0 --json | jq -r .code", "its code"],
      ),
    )
    .action((node: string, options: Options) => settle(() => show(shell, node, options), options));
}

async function show(shell: Shell, text: string, options: Options): Promise<ExitCode> {
  const [{ asking, serverClient }, { namedNode }] = await Promise.all([
    import("../remote/server.ts"),
    import("./named-node.ts"),
  ]);
  const client = serverClient(options, shell);
  const { name, version } = await namedNode(text, client);
  const node = await asking(() => client.nodes.detail(name, version));
  await (options.json ? writeJson(shell.stdout, node) : shell.stdout.write(page(node)));
  return EXIT.ok;
}

function page(node: NodeDetail): string {
  const { entrypoint, trust, execution, optional_inputs: optional, deprecated_by: successor } = node;
  const needs = Object.keys(node.input_contract).map((key) => (optional.includes(key) ? `${key} (optional)` : key));
  const said = (texts: readonly string[]): string => texts.join(", ") || "nothing";
  const rows = [
    ["node", `${node.name}@${node.version}`],
    ["description", node.description],
    ["lifecycle", node.lifecycle],
    ...(successor === null ? [] : [["replaced by", successor]]),
    ...(node.archived_reason === null ? [] : [["archived", node.archived_reason]]),
    ["kind", `${node.kind}, ${entrypoint.type}:${entrypoint.target}`],
    ["needs", said(needs)],
    ["gives", said(node.produces)],
    ["tags", said(node.tags)],
    ["costs", `${execution.cost}, at most ${execution.timeout_ms} ms`],
    ["trust", `${trust.score.toFixed(3)} from ${plural(trust.samples, "observation")}`],
    ["registered", node.registered_at],
    ["digest", node.digest],
    ["files", said(Object.keys(node.files))],
    ["cases", said(node.cases.map(({ name }) => name))],
  ];
  return columns(rows);
}
