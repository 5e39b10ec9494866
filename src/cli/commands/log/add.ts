import { relative } from "node:path";
import { Command, Option } from "commander";
import { ENTRY_STATUSES, type EntryStatus } from "../../../core/debug-log/entry.ts";
import { authorOf } from "../../author.ts";
import { examples, type Settle } from "../../command.ts";
import { writeJson } from "../../json-output.ts";
import { EXIT, type Shell, usageFailure } from "../../shell.ts";
import { chosenFolder, type FolderOptions, freshLog, withFolder } from "./folder-option.ts";
import { oneLine } from "../../printer.ts";

interface AddOptions extends FolderOptions {
  readonly author?: string;
  readonly tag?: readonly string[];
  readonly run?: readonly string[];
  readonly issue?: readonly string[];
  readonly status?: EntryStatus;
}

/** `onex log add`. */
export function addEntryCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("add").summary("add an entry to this week's log"))
    .description(
      "Adds an entry with the time and the author. `#tags`, `#12` and run ids in the text become links of the entry.",
    )
    .argument("<text...>", "what happened; - reads it from standard input")
    .option("--author <name>", "default ONEX_AUTHOR, then git's user.name")
    .option("--tag <tag...>", "tags such as blocker, regression, infra, protocol")
    .option("--run <id...>", "runs it is about")
    .option("--issue <issue...>", "issues and pull requests it is about")
    .addOption(
      new Option("--status <status>", "default open for blockers and regressions, else info").choices(ENTRY_STATUSES),
    )
    .addHelpText(
      "after",
      examples(
        ["onex log add 'The queue stalls after a restart #blocker #infra' --issue 12", "an open entry"],
        ["git show --stat | onex log add - --tag regression", "from standard input"],
      ),
    )
    .action((text: string[], options: AddOptions) => settle(() => add(shell, text, options), options));
}

async function add(shell: Shell, words: readonly string[], options: AddOptions) {
  const [folder, { weekOf }, { debugEntry, normalTag }, { withEntry }] = await Promise.all([
    chosenFolder(shell, options),
    import("../../../core/debug-log/week.ts"),
    import("../../../core/debug-log/entry.ts"),
    import("../../../core/debug-log/debug-log.ts"),
  ]);
  const odd = (options.tag ?? []).filter((tag) => normalTag(tag) === null);
  if (odd.length > 0) throw usageFailure(`${odd.join(", ")}: a tag is letters, digits, - and _, a letter first`);
  const text = words.length === 1 && words[0] === "-" ? await shell.stdin() : words.join(" ");
  if (text.trim() === "") throw usageFailure("an entry says something");
  const author = authorOf(shell, options.author) ?? "unknown";
  const { tag, run, issue, status } = options;
  const entry = debugEntry({
    at: shell.now().toISOString(),
    author,
    text,
    ...(status === undefined ? {} : { status }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(run === undefined ? {} : { runs: run }),
    ...(issue === undefined ? {} : { issues: issue }),
  });
  const week = weekOf(shell.now().getTime());
  const path = folder.weekPath(week);
  folder.locked(() => folder.write(path, withEntry(folder.read(path) ?? freshLog(shell, week, author), entry)));
  const shown = relative(shell.cwd, path);
  await (options.json ? writeJson(shell.stdout, { path: shown, entry }) : shell.stdout.write(`${oneLine(shown)}\n`));
  return EXIT.ok;
}
