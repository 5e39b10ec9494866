import { relative } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { type DebugEntry, ENTRY_STATUSES, type EntryStatus } from "../../../core/debug-log/entry.ts";
import { examples, type Settle } from "../../command.ts";
import { writeJson } from "../../json-output.ts";
import { type Paint, painter } from "../../paint.ts";
import { plural } from "../../plural.ts";
import { EXIT, type Shell } from "../../shell.ts";
import { chosenFolder, type FolderOptions, withFolder } from "./folder-option.ts";
import { oneLine } from "../../printer.ts";

interface SearchOptions extends FolderOptions {
  readonly tag?: readonly string[];
  readonly author?: string;
  readonly status?: EntryStatus;
  readonly run?: string;
  readonly issue?: string;
  readonly since?: number;
  readonly until?: number;
  readonly archived: boolean;
  readonly summary: boolean;
}

/** `onex log search`. */
export function searchLogCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("search").summary("find entries"))
    .description("Tells the entries for which everything holds that is asked for, oldest first.")
    .argument("[word...]", "words that occur in text, tags or author")
    .option("--tag <tag...>", "all of these tags")
    .option("--author <name>", "a part of the author's name")
    .addOption(new Option("--status <status>", "what it waits for").choices(ENTRY_STATUSES))
    .option("--run <id>", "about this run")
    .option("--issue <issue>", "about this issue or pull request")
    .option("--since <time>", "from this date or time on", timeOption)
    .option("--until <time>", "before this date or time", timeOption)
    .option("--archived", "look into the archives too", false)
    .option("--summary", "count by tag and status in place of the entries", false)
    .addHelpText(
      "after",
      examples(
        ["onex log search --tag blocker --status open", "what blocks us?"],
        ["onex log search queue --since 2026-01-01 --archived --json", "for a program"],
      ),
    )
    .action((words: string[], options: SearchOptions) => settle(() => search(shell, words, options), options));
}

function timeOption(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new InvalidArgumentError("write an ISO 8601 date or time, such as 2026-01-31");
  return time;
}

async function search(shell: Shell, words: readonly string[], options: SearchOptions) {
  const [folder, { matchesQuery, summarise }] = await Promise.all([
    chosenFolder(shell, options),
    import("../../../core/debug-log/search.ts"),
  ]);
  const { tag, author, status, run, issue, since, until } = options;
  const query = {
    words,
    ...(tag === undefined ? {} : { tags: tag }),
    ...(author === undefined ? {} : { author }),
    ...(status === undefined ? {} : { status }),
    ...(run === undefined ? {} : { run }),
    ...(issue === undefined ? {} : { issue }),
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
  };
  const logs = [...(options.archived ? folder.archived() : []), ...folder.weekly()];
  const found = logs
    .flatMap(({ path, log }) => log.entries.map((entry) => ({ path: relative(shell.cwd, path), ...entry })))
    .filter((entry) => matchesQuery(entry, query));
  const summary = summarise(found);
  if (options.json) await writeJson(shell.stdout, options.summary ? { summary } : { entries: found, summary });
  else if (options.summary) await shell.stdout.write(countLines({ ...summary.by_status, ...summary.by_tag }));
  else {
    const paint = painter(shell, shell.stdout);
    await shell.stdout.write(
      `${found.map((entry) => entryLines(entry, paint)).join("")}${plural(summary.entries, "entry", "entries")}\n`,
    );
  }
  return EXIT.ok;
}

const countLines = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${String(count).padStart(5)}  ${oneLine(name)}\n`)
    .join("");

function entryLines(entry: DebugEntry & { readonly path: string }, paint: Paint): string {
  const links = [
    ...entry.tags.map((tag) => `#${tag}`),
    ...entry.runs,
    ...entry.issues.map((issue) => `issue ${issue}`),
  ].join(" ");
  const status = paint(entry.status === "open" ? "red" : entry.status === "resolved" ? "green" : "dim", entry.status);
  const text = entry.text
    .split("\n")
    .map((line) => `  ${line}\n`)
    .join("");
  return `${paint("bold", entry.at)}  ${oneLine(entry.author)}  ${status}  ${paint("cyan", oneLine(links))}\n${text}  ${paint("dim", oneLine(entry.path))}\n\n`;
}
