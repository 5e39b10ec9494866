import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type Shell, usageFailure } from "../shell.ts";
import { oneLine } from "../printer.ts";

/** The schemas this version of the command knows. */
const OWN_SCHEMAS = fileURLToPath(new URL("../../../contracts/schemas/", import.meta.url));
/** Where a project keeps its schemas and their pages. */
const PROJECT_SCHEMAS = "contracts/schemas";
const PROJECT_PAGES = "docs/schemas";

interface JsonOption {
  readonly json: boolean;
}

/** `onex schema`. */
export function schemaCommand(shell: Shell, settle: Settle): Command {
  return new Command("schema")
    .summary("list, show, format and document schemas")
    .addCommand(listCommand(shell, settle))
    .addCommand(showCommand(shell, settle))
    .addCommand(formatCommand(shell, settle))
    .addCommand(docsCommand(shell, settle));
}

function listCommand(shell: Shell, settle: Settle): Command {
  return new Command("list")
    .summary("list the schemas")
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex schema list", "every schema with its title"]))
    .action((options: JsonOption) =>
      settle(async () => {
        const { schemaFiles, schemaTitle } = await import("../schema/schema-files.ts");
        const schemas = schemaFiles([OWN_SCHEMAS], shell.cwd).map((file) => ({
          name: file.name,
          title: schemaTitle(file),
        }));
        if (options.json) await writeJson(shell.stdout, { schemas });
        else
          await shell.stdout.write(
            schemas.map(({ name, title }) => `${oneLine(`${name.padEnd(26)} ${title}`)}\n`).join(""),
          );
        return EXIT.ok;
      }, options),
    );
}

function showCommand(shell: Shell, settle: Settle): Command {
  return new Command("show")
    .summary("print a schema")
    .description("Prints a schema as JSON Schema (2020-12), or its page.")
    .argument("<name>", "as `onex schema list` tells it")
    .option("--page", "print its fields as a Markdown table", false)
    .option("--json", "print one JSON document: the schema", false)
    .addHelpText(
      "after",
      examples(
        ["onex schema show onex-node", "the schema of a metadata block"],
        ["onex schema show state-contract --page", "the fields of a contract, to read"],
      ),
    )
    .action((name: string, options: JsonOption & { readonly page: boolean }) =>
      settle(async () => {
        const { schemaFiles, schemaText } = await import("../schema/schema-files.ts");
        const files = schemaFiles([OWN_SCHEMAS], shell.cwd);
        const file = files.find((one) => one.name === name.replace(/_/g, "-").replace(/(\.schema)?\.json$/, ""));
        if (file === undefined)
          throw usageFailure(`there is no schema ${name}`, `use one of ${files.map((one) => one.name).join(", ")}`);
        if (options.page && !options.json) {
          const { schemaPage } = await import("../../core/schema-docs/schema-page.ts");
          await shell.stdout.write(schemaPage(file.name, file.schema));
        } else await shell.stdout.write(schemaText(file.schema));
        return EXIT.ok;
      }, options),
    );
}

interface FormatOptions extends JsonOption {
  readonly check: boolean;
}

function formatCommand(shell: Shell, settle: Settle): Command {
  return new Command("format")
    .summary("normalise titles, descriptions and order in schema files")
    .description(
      "Rewrites schema files: titles and descriptions in one form, keywords in one order, `required` in the order of the " +
        "properties. What a schema accepts does not change.",
    )
    .argument("[path...]", `schema files, and folders of *.schema.json; default ${PROJECT_SCHEMAS}`)
    .option("--check", "write nothing; end with 1 when a file would change", false)
    .option("--json", "print one JSON document", false)
    .addHelpText("after", examples(["onex schema format --check", "in CI: are the schemas in form?"]))
    .action((paths: string[], options: FormatOptions) => settle(() => format(shell, paths, options), options));
}

async function format(shell: Shell, paths: readonly string[], options: FormatOptions) {
  const [{ schemaFiles, schemaText }, { formatSchema }, { rootFor, writeFileWhole }] = await Promise.all([
    import("../schema/schema-files.ts"),
    import("../../core/schema-docs/format-schema.ts"),
    import("../files/write-file.ts"),
  ]);
  const files = schemaFiles(paths.length === 0 ? [PROJECT_SCHEMAS] : paths, shell.cwd).map((file) => {
    const formatted = schemaText(formatSchema(file.schema, file.name));
    const changed = formatted !== file.text;
    if (changed && !options.check) writeFileWhole(file.absolute, formatted, { root: rootFor(file.path, shell.cwd) });
    return { path: file.path, changed };
  });
  await tellChanges(shell, files, options, "formatted");
  return options.check && files.some(({ changed }) => changed) ? EXIT.findings : EXIT.ok;
}

interface DocsOptions extends FormatOptions {
  readonly out: string;
  readonly author?: string;
}

function docsCommand(shell: Shell, settle: Settle): Command {
  return new Command("docs")
    .summary("write a page of Markdown for each schema")
    .description(
      "Writes a stamped page for each schema: field, type, required, default, enum, description; and one that lists them.",
    )
    .argument("[path...]", `schema files, and folders of *.schema.json; default ${PROJECT_SCHEMAS}`)
    .option("--out <folder>", "where the pages are written", PROJECT_PAGES)
    .option("--author <name>", "author of new pages; default ONEX_AUTHOR, then git's user.name")
    .option("--check", "write nothing; end with 1 when a page would change", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(["onex schema docs", "renew the pages"], ["onex schema docs --check", "in CI: are they current?"]),
    )
    .action((paths: string[], options: DocsOptions) => settle(() => docs(shell, paths, options), options));
}

async function docs(shell: Shell, paths: readonly string[], options: DocsOptions) {
  const [{ schemaFiles }, { writePages }] = await Promise.all([
    import("../schema/schema-files.ts"),
    import("../schema/write-pages.ts"),
  ]);
  const files = schemaFiles(paths.length === 0 ? [PROJECT_SCHEMAS] : paths, shell.cwd);
  const request = { folder: options.out, check: options.check, author: authorOf(shell, options.author) };
  const pages = writePages(files, request, shell);
  await tellChanges(shell, pages, options, "written");
  return options.check && pages.some(({ changed }) => changed) ? EXIT.findings : EXIT.ok;
}

async function tellChanges(
  shell: Shell,
  files: readonly { readonly path: string; readonly changed: boolean }[],
  { json, check }: FormatOptions,
  verb: string,
): Promise<void> {
  if (json) return writeJson(shell.stdout, { check, files });
  const paint = painter(shell, shell.stdout);
  const changed = files.filter((file) => file.changed);
  const word = check ? `would be ${verb}` : verb;
  const lines = changed.map(({ path }) => `${paint(check ? "red" : "green", word)}  ${oneLine(path)}\n`);
  await shell.stdout.write(`${lines.join("")}${changed.length} of ${files.length} ${word}\n`);
}
