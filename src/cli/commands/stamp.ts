import { Command } from "commander";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import { openJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type Shell } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface Options {
  readonly author?: string;
  readonly set: readonly string[];
  readonly all: boolean;
  readonly check: boolean;
  readonly json: boolean;
}

/** `onex stamp`. */
export function stampCommand(shell: Shell, settle: Settle): Command {
  return new Command("stamp")
    .summary("write or renew metadata blocks")
    .description(
      "Gives files a metadata block with a true hash, or renews the one they have. An unchanged file keeps every byte; " +
        "uuid and created_at survive every stamp; blocks of older dialects become ours. In folders, files are stamped that " +
        "carry metadata or must (.onexrequire); a file that is named is always stamped.",
    )
    .argument("<path...>", "files and folders")
    .option("--author <name>", "author of files that have none; default ONEX_AUTHOR, then git's user.name")
    .option("--set <field=value>", "set a field, or remove it with an empty value; may be repeated", collect, [])
    .option("--all", "in folders, stamp every file that can carry metadata", false)
    .option("--check", "write nothing; end with 1 when a file would change", false)
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex stamp src/nodes/noop", "renew a node after changing its contract"],
        [
          "onex stamp docs/guide.md --set description='How to begin' --set license=MIT",
          "stamp a document, and say what it is",
        ],
        ["onex stamp . --check", "in CI: is every stamp up to date?"],
      ),
    )
    .action((paths: string[], options: Options) => settle(() => run(shell, paths, options), options));
}

const collect = (text: string, texts: readonly string[]): readonly string[] => [...texts, text];

async function run(shell: Shell, paths: readonly string[], options: Options) {
  const [{ stampFiles }, { fieldsFrom }] = await Promise.all([
    import("../stamp/stamp-files.ts"),
    import("../stamp/field-option.ts"),
  ]);
  const paint = painter(shell, shell.stdout);
  const document = options.json ? openJson(shell.stdout, "files") : null;
  const counts = { stamped: 0, unchanged: 0, refused: 0, skipped: 0 };
  const request = {
    paths,
    fields: fieldsFrom(options.set),
    author: authorOf(shell, options.author),
    all: options.all,
    check: options.check,
  };
  const verb = options.check ? "would be stamped" : "stamped";
  for (const file of stampFiles(shell, request)) {
    counts[file.outcome]++;
    if (document !== null) await document.item(file);
    else if (file.outcome === "stamped") await shell.stdout.write(`${paint("green", verb)}  ${oneLine(file.path)}\n`);
    else if (file.outcome === "refused") {
      const lines = file.errors.map(({ code, line, message, hint }) => {
        return `  ${line === null ? "" : `line ${line}: `}${code} ${oneLine(message)}\n    ${paint("dim", oneLine(hint))}\n`;
      });
      await shell.stdout.write(`${paint("red", "refused")}  ${oneLine(file.path)}\n${lines.join("")}`);
    }
  }
  const summary = { ...counts, check: options.check };
  if (document !== null) await document.end({ summary });
  else
    await shell.stdout.write(`${counts.stamped} ${verb}, ${counts.unchanged} unchanged, ${counts.refused} refused\n`);
  return counts.refused > 0 || (options.check && counts.stamped > 0) ? EXIT.findings : EXIT.ok;
}
