import { join, resolve } from "node:path";
import { Command } from "commander";
import type { ImportedApi, SkippedPart } from "../../core/openapi/import-openapi.ts";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { plural } from "../plural.ts";
import { oneLine } from "../printer.ts";
import { CommandFailure, EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";

interface Options {
  readonly operation?: readonly string[];
  readonly prefix?: string;
  readonly server?: string;
  readonly out?: string;
  readonly author?: string;
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** The most parts left out that are told one by one; `--json` has all. */
const SHOWN = 20;

/** `onex import`. */
export function importCommand(shell: Shell, settle: Settle): Command {
  return new Command("import").summary("make nodes of what others describe").addCommand(openApiCommand(shell, settle));
}

function openApiCommand(shell: Shell, settle: Settle): Command {
  return new Command("openapi")
    .summary("make http nodes of an OpenAPI document")
    .description(
      "Writes a node folder for every operation of an OpenAPI document, 3.0 or 3.1, JSON or YAML: parameters and body " +
        "become its inputs, the successful response its output, security schemes the names of secrets. The nodes have no " +
        "code: their contract says what request they make. What cannot be said so is left out and named.",
    )
    .argument("<spec>", "the document; - for standard input")
    .option("--operation <operation...>", "only these: an operationId, or 'GET /users/{id}'")
    .option("--prefix <name>", "what names and contract keys begin with; default the document's title")
    .option("--server <url>", "where the API is, instead of what the document says")
    .option("--out <folder>", "where the nodes' folders are made; default a folder called like the prefix")
    .option("--author <name>", "default ONEX_AUTHOR, then git's user.name")
    .option("--dry-run", "show what would be written", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex import openapi petstore.yaml --prefix pets", "a folder pets with a node an operation"],
        ["onex import openapi api.json --operation getUser --out nodes", "one operation, beside other nodes"],
        ["onex crawl pets --register http://127.0.0.1:8787", "register them afterwards"],
      ),
    )
    .action((spec: string, options: Options) => settle(() => run(shell, spec, options), options));
}

async function run(shell: Shell, spec: string, options: Options): Promise<ExitCode> {
  const [{ textIn }, { openApiDocument }, { importOpenApi }] = await Promise.all([
    import("../files/read-file.ts"),
    import("../import/openapi-document.ts"),
    import("../../core/openapi/import-openapi.ts"),
  ]);
  const author = authorOf(shell, options.author);
  if (author === null) throw usageFailure("nobody is named as the author", "give --author, or set ONEX_AUTHOR");
  const made = importOpenApi(openApiDocument(await textIn(spec, shell), spec), {
    operations: options.operation ?? [],
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
    ...(options.server === undefined ? {} : { server: options.server }),
    birth: { createdAt: shell.now().toISOString(), author },
  });
  if (!made.ok) throw usageFailure(`${spec}: ${made.error.message}`, made.error.hint);
  const api = made.value;
  const out = options.out ?? api.prefix;
  if (!options.dryRun) await write(shell, out, api);
  if (options.json) await writeJson(shell.stdout, document(api, out));
  else await shell.stdout.write(report(shell, api, out, options.dryRun));
  return api.imported.length > 0 ? EXIT.ok : EXIT.findings;
}

/** All folders or, where one of them is there already, none. */
async function write(shell: Shell, out: string, { imported }: ImportedApi): Promise<void> {
  const { isThere, makeFolderWith, rootFor } = await import("../files/write-file.ts");
  const root = rootFor(out, shell.cwd);
  const path = (name: string): string => resolve(shell.cwd, out, name);
  const there = imported.filter(({ name }) => isThere(path(name), root)).map(({ name }) => oneLine(join(out, name)));
  if (there.length > 0) {
    throw new CommandFailure("nothing is written, because these exist already:", {
      code: "FILE_UNWRITABLE",
      list: there.slice(0, SHOWN),
      hint: "choose another --out or --prefix, or name what is new with --operation",
    });
  }
  for (const { name, files } of imported) makeFolderWith(path(name), files, root);
}

const document = ({ title, prefix, operations, imported, skipped }: ImportedApi, out: string) => ({
  title,
  prefix,
  out,
  operations,
  imported: imported.map(({ operation, place, name, version }) => ({
    operation,
    place,
    name,
    version,
    path: join(out, name),
  })),
  skipped: skipped.map(({ operation, place, reason, partly }) => ({ operation, place, reason, partly })),
});

function report(shell: Shell, { operations, imported, skipped }: ImportedApi, out: string, isDry: boolean): string {
  const paint = painter(shell, shell.stdout);
  const verb = paint("green", isDry ? "would write" : "wrote");
  const whole = skipped.filter(({ partly }) => !partly);
  const parts = skipped.filter(({ partly }) => partly);
  const lines = [
    `${verb}  ${plural(imported.length, "node")} of ${plural(operations, "operation")} in ${oneLine(out)}`,
    ...told("left out", whole),
    ...told("imported without a part", parts),
  ];
  const [first] = imported;
  if (first !== undefined && !isDry) lines.push(`next: onex crawl ${oneLine(out)} --register http://127.0.0.1:8787`);
  return `${lines.join("\n")}\n`;
}

function told(what: string, parts: readonly SkippedPart[]): readonly string[] {
  if (parts.length === 0) return [];
  const more = parts.length > SHOWN ? [`  … and ${parts.length - SHOWN} more (--json has all)`] : [];
  const shown = parts.slice(0, SHOWN).map(({ operation, reason }) => `  ${oneLine(operation)}: ${oneLine(reason)}`);
  return [`${what}:`, ...shown, ...more];
}
