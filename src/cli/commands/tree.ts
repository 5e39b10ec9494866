import { relative, resolve } from "node:path";
import { Command } from "commander";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { plural } from "../plural.ts";
import { CommandFailure, EXIT, type Shell } from "../shell.ts";
import { oneLine } from "../printer.ts";

interface GenerateOptions {
  readonly scope?: readonly string[];
  readonly whole: boolean;
  readonly stdout: boolean;
  readonly author?: string;
  readonly json: boolean;
}

interface CheckOptions {
  readonly fix: boolean;
  readonly author?: string;
  readonly json: boolean;
}

/** `onex tree`. */
export function treeCommand(shell: Shell, settle: Settle): Command {
  return new Command("tree")
    .summary("write and check the index of a folder")
    .addCommand(generateCommand(shell, settle))
    .addCommand(checkCommand(shell, settle));
}

function generateCommand(shell: Shell, settle: Settle): Command {
  return new Command("generate")
    .summary("write .onextree")
    .description(
      "Writes the index of a folder: every file and folder in it, sorted, without dotfiles, installed packages and what " +
        "is ignored. A scope keeps the index to some paths; it is written into the index and kept the next time.",
    )
    .argument("[folder]", "the folder", ".")
    .option("--scope <path...>", "paths the index is about, relative to the folder")
    .option("--whole", "drop the scope an index has", false)
    .option("--stdout", "print the index and write nothing", false)
    .option("--author <name>", "author of a new index; default ONEX_AUTHOR, then git's user.name")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(
        ["onex tree generate", "index this folder"],
        ["onex tree generate . --scope src/nodes", "index the nodes only"],
      ),
    )
    .action((folder: string, options: GenerateOptions) => settle(() => generate(shell, folder, options), options));
}

async function generate(shell: Shell, given: string, options: GenerateOptions) {
  const [{ generatedIndex, readIndex }, { refuseLinks, rootFor, writeFileWhole }, { folderOf }] = await Promise.all([
    import("../tree/folder-index.ts"),
    import("../files/write-file.ts"),
    import("../files/folder.ts"),
  ]);
  const folder = folderOf(given, shell.cwd);
  if (!options.stdout) refuseLinks(resolve(shell.cwd, given), rootFor(given, shell.cwd));
  const scope = options.whole ? null : options.scope;
  const known = readable(() => readIndex(folder));
  const { file, text, changed, entries } = generatedIndex(
    folder,
    known,
    { scope, author: authorOf(shell, options.author) },
    shell,
  );
  const path = relative(shell.cwd, file);
  if (changed && !options.stdout) writeFileWhole(file, text);
  if (options.json)
    await writeJson(shell.stdout, { path, changed, entries: entries.length, ...(options.stdout ? { text } : {}) });
  else if (options.stdout) await shell.stdout.write(text);
  else
    await shell.stdout.write(
      `${oneLine(path)}: ${changed ? "written" : "unchanged"}, ${plural(entries.length, "entry", "entries")}\n`,
    );
  return EXIT.ok;
}

/** An index that cannot be read is written anew. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof CommandFailure) return null;
    throw thrown;
  }
}

function checkCommand(shell: Shell, settle: Settle): Command {
  return new Command("check")
    .summary("compare .onextree with its folder")
    .description(
      "Tells every difference between an index and its folder: structure_mismatch, missing_file, extra_file, type_mismatch, " +
        "unknown, and missing_metadata for a node folder without valid metadata.",
    )
    .argument("[folder]", "the folder", ".")
    .option("--fix", "write the index anew; missing metadata remains a finding", false)
    .option("--author <name>", "author of a new index")
    .option("--json", "print one JSON document", false)
    .addHelpText(
      "after",
      examples(["onex tree check", "in CI: is the index true?"], ["onex tree check --fix", "make it true"]),
    )
    .action((folder: string, options: CheckOptions) => settle(() => check(shell, folder, options), options));
}

async function check(shell: Shell, given: string, options: CheckOptions) {
  const [{ generatedIndex, indexState, readIndex }, { refuseLinks, rootFor, writeFileWhole }, { folderOf }] =
    await Promise.all([
      import("../tree/folder-index.ts"),
      import("../files/write-file.ts"),
      import("../files/folder.ts"),
    ]);
  const folder = folderOf(given, shell.cwd);
  if (options.fix) refuseLinks(resolve(shell.cwd, given), rootFor(given, shell.cwd));
  const index = readIndex(folder);
  if (index === null) {
    throw new CommandFailure(`${given} has no index`, { hint: "run `onex tree generate`" });
  }
  const { drift } = indexState(folder, index);
  const fixed = options.fix && drift.length > 0;
  if (fixed) {
    const request = { scope: undefined, author: authorOf(shell, options.author) };
    writeFileWhole(index.file, generatedIndex(folder, index, request, shell).text);
  }
  // Missing metadata, and what is neither file nor folder, no index can mend.
  const renewed = fixed ? readIndex(folder) : null;
  const remaining = renewed === null ? drift : indexState(folder, renewed).drift;
  const path = relative(shell.cwd, resolve(index.file));
  if (options.json) {
    const told = drift.map(({ kind, path: entry, problem }) => ({
      kind,
      path: entry,
      code: problem.code,
      message: problem.message,
    }));
    await writeJson(shell.stdout, { path, in_sync: drift.length === 0, fixed, drift: told });
  } else {
    const paint = painter(shell, shell.stdout);
    const lines = drift.map(({ kind, problem }) => `${paint("yellow", kind.padEnd(18))} ${oneLine(problem.message)}\n`);
    const state = drift.length === 0 ? "in sync" : fixed ? "written anew" : `${drift.length} differences`;
    await shell.stdout.write(`${lines.join("")}${oneLine(path)}: ${state}\n`);
  }
  return remaining.length > 0 ? EXIT.findings : EXIT.ok;
}
