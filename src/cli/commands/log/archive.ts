import { relative } from "node:path";
import { Command } from "commander";
import { examples, type Settle } from "../../command.ts";
import { writeJson } from "../../json-output.ts";
import { plural } from "../../plural.ts";
import { CommandFailure, EXIT, type Shell, usageFailure } from "../../shell.ts";
import type { StoredLog } from "../../log/log-folder.ts";
import { chosenFolder, type FolderOptions, withFolder } from "./folder-option.ts";
import { oneLine } from "../../printer.ts";

interface ArchiveOptions extends FolderOptions {
  readonly quarter?: string;
  readonly keep: boolean;
}

/** `onex log archive`. */
export function archiveLogCommand(shell: Shell, settle: Settle): Command {
  return withFolder(new Command("archive").summary("roll weekly logs up into a compressed archive of their quarter"))
    .description(
      "Rolls up the logs of every quarter that is over, or of the one that is named. An archive is read back before a weekly log is removed.",
    )
    .option("--quarter <quarter>", "such as 2026-Q3 or Q3_2026")
    .option("--keep", "keep the weekly logs", false)
    .addHelpText(
      "after",
      examples(["onex log archive", "when a quarter is over"], ["onex log archive --quarter Q2_2026", "one of them"]),
    )
    .action((options: ArchiveOptions) => settle(() => archive(shell, options), options));
}

async function archive(shell: Shell, options: ArchiveOptions) {
  const [folder, { parseQuarter, quarterOf }, { quarterOfLog, rollUp }, { emitLog }] = await Promise.all([
    chosenFolder(shell, options),
    import("../../../core/debug-log/week.ts"),
    import("../../../core/debug-log/archive.ts"),
    import("../../../core/debug-log/debug-log.ts"),
  ]);
  const asked = options.quarter === undefined ? null : parseQuarter(options.quarter);
  if (options.quarter !== undefined && asked === null)
    throw usageFailure(`${options.quarter} is no quarter`, "write 2026-Q3");
  const current = quarterOf(shell.now().getTime());
  const archives = folder.locked(() => {
    const byQuarter = new Map<string, StoredLog[]>();
    for (const stored of folder.weekly()) {
      const quarter = quarterOfLog(stored.log);
      if (quarter === null || (asked === null ? quarter >= current : quarter !== asked)) continue;
      byQuarter.set(quarter, [...(byQuarter.get(quarter) ?? []), stored]);
    }
    return [...byQuarter].map(([quarter, stored]) => {
      const path = folder.archivePath(quarter);
      const rolled = rollUp(
        quarter,
        stored.map(({ log }) => log),
        folder.read(path),
        shell.now().toISOString(),
      );
      folder.write(path, rolled);
      const kept = folder.read(path);
      if (kept === null || emitLog(kept) !== emitLog(rolled))
        throw new CommandFailure(`${path} does not read back: nothing was removed`);
      if (!options.keep) for (const weekly of stored) folder.remove(weekly.path);
      return { quarter, path: relative(shell.cwd, path), logs: stored.length, entries: rolled.entries.length };
    });
  });
  const lines = archives.map(
    ({ path, logs, entries }) => `${oneLine(path)}: ${plural(logs, "log")}, ${plural(entries, "entry", "entries")}\n`,
  );
  await (options.json
    ? writeJson(shell.stdout, { archives })
    : shell.stdout.write(lines.join("") || "nothing to archive\n"));
  return EXIT.ok;
}
