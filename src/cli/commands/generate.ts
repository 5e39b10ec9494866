import { join, resolve } from "node:path";
import { Command } from "commander";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import type { SpecificationOptions } from "../generate/specification-options.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type Shell } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface Options extends SpecificationOptions {
  readonly dir: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** `onex generate`. */
export function generateCommand(shell: Shell, settle: Settle): Command {
  return new Command("generate").summary("write new things from templates").addCommand(nodeCommand(shell, settle));
}

function nodeCommand(shell: Shell, settle: Settle): Command {
  return new Command("node")
    .summary("write the folder of a new node")
    .description(
      "Writes the folder of a new node: metadata with a true hash, contract, code, README and example cases, by the same " +
        "templates and code as the scaffold node. With code and examples that pass, the node is active, else a draft. " +
        "A folder that exists is left as it is.",
    )
    .argument("<name>", "lower case letters, digits and underscores")
    .option("--dir <folder>", "where the node's folder is made", ".")
    .option("--spec <file>", "a whole specification, YAML or JSON; other options override it")
    .option("--description <text>", "what the node does")
    .option("--node-version <version>", "semantic version; default 1.0.0")
    .option("--author <name>", "default ONEX_AUTHOR, then git's user.name")
    .option("--namespace <namespace>", "default onex.generated.<name>")
    .option("--tag <tag...>", "tags")
    .option("--input <key...>", "contract keys it needs, as key or key:type")
    .option("--optional-input <key...>", "contract keys it uses when they are there")
    .option("--output <key...>", "contract keys it gives; default <name>.output")
    .option("--code <file>", "JavaScript: a function of the input state, or the body of one")
    .option("--dry-run", "show what would be written", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        [
          "onex generate node word_count --input document.text:string --output document.words:integer",
          "a draft to fill in",
        ],
        [
          "onex generate node word_count --spec word_count.yaml --dir src/nodes",
          "from a specification with code and examples",
        ],
      ),
    )
    .action((name: string, options: Options) => settle(() => run(shell, name, options), options));
}

async function run(shell: Shell, name: string, options: Options) {
  const [{ specificationFrom }, { generateNode }, { makeFolderWith, rootFor }] = await Promise.all([
    import("../generate/specification-options.ts"),
    import("../generate/generate-node.ts"),
    import("../files/write-file.ts"),
  ]);
  const author = authorOf(shell, options.author);
  const specification = specificationFrom(name, options, author, shell.cwd);
  const birth = { uuid: shell.uuid(), createdAt: shell.now().toISOString() };
  const { node, verdicts, reasons } = await generateNode(specification, birth);
  const path = join(options.dir, name);
  if (!options.dryRun) makeFolderWith(resolve(shell.cwd, path), node.files, rootFor(path, shell.cwd));
  const { definition, files } = node;
  if (options.json) {
    const { version, lifecycle, hash, digest } = definition;
    const written = Object.keys(files).map((file) => join(path, file));
    await writeJson(shell.stdout, {
      name,
      version,
      lifecycle,
      hash,
      digest,
      path,
      files: written,
      examples: verdicts,
      reasons,
    });
    return EXIT.ok;
  }
  const paint = painter(shell, shell.stdout);
  const verb = options.dryRun ? "would write" : "wrote";
  const lines = Object.keys(files).map((file) => `${paint("green", verb)}  ${oneLine(join(path, file))}`);
  const state = reasons.length === 0 ? [] : ["it is a draft:", ...reasons.map((reason) => `  ${oneLine(reason)}`)];
  await shell.stdout.write(
    [...lines, `${name}@${definition.version}, ${definition.lifecycle}`, ...state, ""].join("\n"),
  );
  return EXIT.ok;
}
