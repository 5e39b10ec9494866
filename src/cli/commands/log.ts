import { relative, resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { DebugLog } from "../../core/debug-log/debug-log.ts";
import { type DebugEntry, ENTRY_STATUSES, type EntryStatus } from "../../core/debug-log/entry.ts";
import { authorOf } from "../author.ts";
import { examples, type Settle } from "../command.ts";
import { gitVersion } from "../git.ts";
import { writeJson } from "../json-output.ts";
import { type Paint, painter } from "../paint.ts";
import { CommandFailure, EXIT, type Shell, usageFailure } from "../shell.ts";

interface FolderOptions {
  readonly dir?: string;
  readonly json: boolean;
}

/** `onex log`. */
export function logCommand(shell: Shell, settle: Settle): Command {
  return new Command("log")
    .summary("keep debug logs: a file a week, searchable, archived by quarter")
    .addCommand(newCommand(shell, settle))
    .addCommand(addCommand(shell, settle))
    .addCommand(searchCommand(shell, settle))
    .addCommand(archiveCommand(shell, settle));
}

const withFolder = (command: Command): Command =>
  command
    .option("--dir <folder>", "where the logs are; default ONEX_LOG_DIR, then debug-logs")
    .option("--json", "print one JSON document", false);

async function folderOf(shell: Shell, { dir }: FolderOptions) {
  const { logFolder } = await import("../log/log-folder.ts");
  return logFolder(resolve(shell.cwd, dir ?? shell.env["ONEX_LOG_DIR"] ?? "debug-logs"), shell.cwd);
}

/** An empty log of this week. */
const freshLog = (shell: Shell, week: string, owner: string): DebugLog => ({
  fields: {
    log_owner: owner,
    week,
    repo_version: gitVersion(shell.cwd),
    created_at: shell.now().toISOString(),
  },
  entries: [],
});

function newCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("new").summary("begin this week's log"))
    .option("--owner <name>", "who keeps it; default ONEX_AUTHOR, then git's user.name")
    .addHelpText("after", examples(["onex log new", "begin the log of this week"]))
    .action((options: FolderOptions & { readonly owner?: string }) =>
      settle(async () => {
        const [folder, { weekOf }] = await Promise.all([folderOf(shell, options), import("../../core/debug-log/week.ts")]);
        const week = weekOf(shell.now());
        const path = folder.weekPath(week);
        folder.locked(() => {
          if (folder.read(path) !== null) throw new CommandFailure(`${relative(shell.cwd, path)} exists already and is left as it is`);
          folder.write(path, freshLog(shell, week, authorOf(shell, options.owner) ?? "unknown"));
        });
        const shown = relative(shell.cwd, path);
        await (options.json ? writeJson(shell.stdout, { path: shown, week }) : shell.stdout.write(`${shown}\n`));
        return EXIT.ok;
      }, options),
    );
}

interface AddOptions extends FolderOptions {
  readonly author?: string;
  readonly tag?: readonly string[];
  readonly run?: readonly string[];
  readonly issue?: readonly string[];
  readonly status?: EntryStatus;
}

function addCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("add").summary("add an entry to this week's log"))
    .description("Adds an entry with the time and the author. `#tags`, `#12` and run ids in the text become links of the entry.")
    .argument("<text...>", "what happened; - reads it from standard input")
    .option("--author <name>", "default ONEX_AUTHOR, then git's user.name")
    .option("--tag <tag...>", "tags such as blocker, regression, infra, protocol")
    .option("--run <id...>", "runs it is about")
    .option("--issue <issue...>", "issues and pull requests it is about")
    .addOption(new Option("--status <status>", "default open for blockers and regressions, else info").choices(ENTRY_STATUSES))
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
    folderOf(shell, options),
    import("../../core/debug-log/week.ts"),
    import("../../core/debug-log/entry.ts"),
    import("../../core/debug-log/debug-log.ts"),
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
  const week = weekOf(shell.now());
  const path = folder.weekPath(week);
  folder.locked(() => folder.write(path, withEntry(folder.read(path) ?? freshLog(shell, week, author), entry)));
  const shown = relative(shell.cwd, path);
  await (options.json ? writeJson(shell.stdout, { path: shown, entry }) : shell.stdout.write(`${shown}\n`));
  return EXIT.ok;
}

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

function searchCommand(shell: Shell, settle: Settle): Command {
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
    folderOf(shell, options),
    import("../../core/debug-log/search.ts"),
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
    await shell.stdout.write(`${found.map((entry) => entryLines(entry, paint)).join("")}${summary.entries} entries\n`);
  }
  return EXIT.ok;
}

const countLines = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${String(count).padStart(5)}  ${name}\n`)
    .join("");

function entryLines(entry: DebugEntry & { readonly path: string }, paint: Paint): string {
  const links = [...entry.tags.map((tag) => `#${tag}`), ...entry.runs, ...entry.issues.map((issue) => `issue ${issue}`)].join(" ");
  const status = paint(entry.status === "open" ? "red" : entry.status === "resolved" ? "green" : "dim", entry.status);
  const text = entry.text.split("\n").map((line) => `  ${line}\n`).join("");
  return `${paint("bold", entry.at)}  ${entry.author}  ${status}  ${paint("cyan", links)}\n${text}  ${paint("dim", entry.path)}\n\n`;
}

interface ArchiveOptions extends FolderOptions {
  readonly quarter?: string;
  readonly keep: boolean;
}

function archiveCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("archive").summary("roll weekly logs up into a compressed archive of their quarter"))
    .description("Rolls up the logs of every quarter that is over, or of the one that is named. An archive is read back before a weekly log is removed.")
    .option("--quarter <quarter>", "such as 2026-Q3 or Q3_2026")
    .option("--keep", "keep the weekly logs", false)
    .addHelpText("after", examples(["onex log archive", "when a quarter is over"], ["onex log archive --quarter Q2_2026", "one of them"]))
    .action((options: ArchiveOptions) => settle(() => archive(shell, options), options));
}

async function archive(shell: Shell, options: ArchiveOptions) {
  const [folder, { parseQuarter, quarterOf }, { quarterOfLog, rollUp }, { emitLog }] = await Promise.all([
    folderOf(shell, options),
    import("../../core/debug-log/week.ts"),
    import("../../core/debug-log/archive.ts"),
    import("../../core/debug-log/debug-log.ts"),
  ]);
  const asked = options.quarter === undefined ? null : parseQuarter(options.quarter);
  if (options.quarter !== undefined && asked === null) throw usageFailure(`${options.quarter} is no quarter`, "write 2026-Q3");
  const current = quarterOf(shell.now());
  const archives = folder.locked(() => {
    const byQuarter = new Map<string, ReturnType<typeof folder.weekly>[number][]>();
    for (const stored of folder.weekly()) {
      const quarter = quarterOfLog(stored.log);
      if (quarter === null || (asked === null ? quarter >= current : quarter !== asked)) continue;
      byQuarter.set(quarter, [...(byQuarter.get(quarter) ?? []), stored]);
    }
    return [...byQuarter].map(([quarter, stored]) => {
      const path = folder.archivePath(quarter);
      const rolled = rollUp(quarter, stored.map(({ log }) => log), folder.read(path), shell.now().toISOString());
      folder.write(path, rolled);
      const kept = folder.read(path);
      if (kept === null || emitLog(kept) !== emitLog(rolled)) throw new CommandFailure(`${path} does not read back: nothing was removed`);
      if (!options.keep) for (const weekly of stored) folder.remove(weekly.path);
      return { quarter, path: relative(shell.cwd, path), logs: stored.length, entries: rolled.entries.length };
    });
  });
  const lines = archives.map(({ path, logs, entries }) => `${path}: ${logs} logs, ${entries} entries\n`);
  await (options.json ? writeJson(shell.stdout, { archives }) : shell.stdout.write(lines.join("") || "nothing to archive\n"));
  return EXIT.ok;
}
