import { resolve } from "node:path";
import { isThere } from "../files/walk.ts";
import { refuseLinks, rootFor, writeFileWhole } from "../files/write-file.ts";
import { oneLine } from "../printer.ts";
import { type Shell, usageFailure } from "../shell.ts";
import type { Runner } from "./runner.ts";

/** Refuses a place that is taken, before anything is run for it. */
export function refuseTaken(file: string, shell: Shell): void {
  const path = resolve(shell.cwd, file);
  refuseLinks(path, rootFor(file, shell.cwd));
  if (isThere(path)) throw usageFailure(`${file} exists`, "choose another name");
}

/** Writes an ended run to a file that can be taken in, replayed and run again. */
export async function saveRun(
  runner: Runner,
  runId: string,
  { out, withNodes }: { readonly out: string; readonly withNodes: boolean },
  shell: Shell,
): Promise<void> {
  const snapshot = await runner.exported(runId, { withNodes });
  writeFileWhole(resolve(shell.cwd, out), `${JSON.stringify(snapshot)}\n`, { root: rootFor(out, shell.cwd) });
  await shell.stderr.write(`wrote ${oneLine(out)}\n`);
}
