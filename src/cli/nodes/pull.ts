import { resolve } from "node:path";
import { Command } from "commander";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { readBlock } from "../../core/metadata/read.ts";
import { METADATA_FILE } from "../../core/registry/artifact-hashes.ts";
import { oneLine } from "../printer.ts";
import { type ServerOptions, withServer } from "../remote/server-options.ts";
import { EXIT, type ExitCode, type Shell } from "../shell.ts";

interface Options extends ServerOptions {
  readonly dir: string;
  readonly json: boolean;
}

/** `onex nodes pull`. */
export function pullCommand(shell: Shell, settle: Settle): Command {
  return withServer(new Command("pull"))
    .summary("write a registered node's folder")
    .description(
      "Fetches the texts of one version and writes the folder it was registered from, named like the node: all of it or " +
        "nothing, and nothing outside of it. Every hash is verified first. A folder that exists is left as it is.",
    )
    .argument("<node>", "its name for the newest version, or name@version")
    .option("--dir <folder>", "where the node's folder is made", ".")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex nodes pull word_count", "the newest version, here"],
        ["onex nodes pull word_count@1.0.0 --dir nodes", "a version, among others"],
      ),
    )
    .action((node: string, options: Options) => settle(() => pull(shell, node, options), options));
}

async function pull(shell: Shell, text: string, options: Options): Promise<ExitCode> {
  const [{ asking, serverClient }, { namedNode }, { fetchedNode, folderOf }, { makeFolderWith, rootFor }] =
    await Promise.all([
      import("../remote/server.ts"),
      import("./named-node.ts"),
      import("./node-folder.ts"),
      import("../files/write-file.ts"),
    ]);
  const client = serverClient(options, shell);
  const { name, version } = await namedNode(text, client);
  const detail = await asking(() => client.nodes.detail(name, version));
  const node = fetchedNode(detail);
  const files = folderOf(node);
  const folder = resolve(shell.cwd, options.dir, name);
  makeFolderWith(folder, files, rootFor(options.dir, shell.cwd));
  const paths = Object.keys(files).sort();
  if (options.json) {
    await writeJson(shell.stdout, { node: `${name}@${version}`, folder, files: paths, digest: detail.digest });
    return EXIT.ok;
  }
  for (const path of paths) await shell.stdout.write(`wrote  ${oneLine(`${folder}/${path}`)}\n`);
  const stamped = lifecycleIn(node.artifacts.metadata);
  if (stamped !== detail.lifecycle)
    await shell.stderr.write(`note: it was registered as ${stamped}, and is ${detail.lifecycle} now\n`);
  return EXIT.ok;
}

function lifecycleIn(metadata: string): string {
  const { lifecycle } = readBlock(metadata, { path: METADATA_FILE }).fields;
  return typeof lifecycle === "string" ? lifecycle : "none";
}
