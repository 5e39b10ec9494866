import { Command, Option } from "commander";
import type { NodeFilter, NodeListItem } from "../../../contracts/api/nodes-api.ts";
import { type Lifecycle, LIFECYCLES } from "../../core/registry/node.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { columns } from "../remote/columns.ts";
import { firstOf, limitOf } from "../remote/first-of.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

const KINDS = ["compute", "effect", "reducer", "orchestrator"] as const satisfies readonly NodeListItem["kind"][];

interface Options extends ServerOptions {
  readonly name?: string;
  readonly lifecycle?: Lifecycle;
  readonly kind?: (typeof KINDS)[number];
  readonly entrypoint?: string;
  readonly tag?: string;
  readonly consumes?: string;
  readonly produces?: string;
  readonly text?: string;
  readonly limit: number;
  readonly json: boolean;
}

/** `onex nodes list`. */
export function listCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("list"))
    .summary("search the registered nodes")
    .description("The versions of nodes for which every condition holds, by name, the newest version first.")
    .option("--name <name>", "this name")
    .addOption(new Option("--lifecycle <state>", "the state it is in").choices(LIFECYCLES))
    .addOption(new Option("--kind <kind>", "what it may return").choices(KINDS))
    .option("--entrypoint <type>", "the type of its entrypoint, such as function")
    .option("--tag <tag>", "a tag it has")
    .option("--consumes <key>", "a contract key it needs or may take")
    .option("--produces <key>", "a contract key it gives")
    .option("--text <text>", "a part of its name or description")
    .option("--limit <count>", "how many to show, or all", limitOf, 20)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex nodes list --produces document.stats", "who can make this?"],
        ["onex nodes list --lifecycle draft", "what waits to become active?"],
        ["onex nodes list --limit all --json | jq -r '.nodes[].name'", "every name"],
      ),
    )
    .action((options: Options) => settle(() => list(shell, options), options));
}

async function list(shell: Shell, { limit, json, url, tokenFile, ...filter }: Options): Promise<ExitCode> {
  const { asking, serverClient } = await import("../remote/server.ts");
  const server = { ...(url === undefined ? {} : { url }), ...(tokenFile === undefined ? {} : { tokenFile }) };
  const client = serverClient(server, shell);
  const { items, more } = await asking(() => firstOf(client.nodes.all(filter satisfies NodeFilter), limit));
  if (json) await writeJson(shell.stdout, { nodes: items, more });
  else await shell.stdout.write(listing(items, more));
  return EXIT.ok;
}

function listing(nodes: readonly NodeListItem[], more: boolean): string {
  if (nodes.length === 0) return "no node was found\n";
  const rows = nodes.map(({ name, version, lifecycle, kind, entrypoint, trust, produces }) => [
    `${name}@${version}`,
    lifecycle,
    kind,
    entrypoint.type,
    `trust ${trust.score.toFixed(2)}`,
    produces.join(", "),
  ]);
  return columns(rows) + (more ? "there are more: --limit all shows them\n" : "");
}
