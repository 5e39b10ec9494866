import { dirname, join } from "node:path";
import { baseName, isMetadataFile } from "../../core/metadata/dialect.ts";
import { readBlock } from "../../core/metadata/read.ts";
import { judgeText } from "../../core/scan/judge-text.ts";
import type { FileVerdict } from "../../core/scan/verdict.ts";
import { requirementOf } from "../files/requirement.ts";
import { scopeOf, type IgnoreScope } from "../files/ignore-scope.ts";
import { textIfThere } from "../files/read-file.ts";
import { writeFileWhole } from "../files/write-file.ts";
import type { Shell } from "../shell.ts";
import { authorOf } from "../author.ts";
import { stampedText } from "../stamp/stamp-file.ts";
import { gitIndex, textOf } from "./git-index.ts";

/** What the hook did and found. */
export interface HookOutcome {
  /** Paths that were stamped, and staged again. */
  readonly stamped: readonly string[];
  /** Files that keep the commit from being made. */
  readonly refused: readonly FileVerdict[];
}

/**
 * Stamps what is to be committed and judges it: files with a block of ours, files that must have one, and the metadata of
 * nodes whose other files are staged. Works on git's index; a file on disk is only touched when it is what was staged, so
 * edits that are not part of the commit stay out of it.
 */
export function runHook(shell: Shell): HookOutcome {
  const index = gitIndex(shell.cwd);
  const mustCarry = requirementOf([index.top], [], index.top);
  const now = shell.now();
  const author = authorOf(shell, undefined);
  const stamped: string[] = [];
  const refused: FileVerdict[] = [];
  for (const path of candidates(index.staged(), (one) => index.bytes(one) !== null)) {
    if (isIgnored(index.top, path)) continue;
    const bytes = index.bytes(path);
    const text = bytes === null ? null : textOf(bytes);
    if (text === null) continue;
    const folder = folderOf(path);
    const world = index.world(folder);
    const required = mustCarry(join(index.top, path));
    const reading = readBlock(text, { path });
    const unstamped = reading.lines === null && Object.keys(reading.fields).length === 0 && reading.errors.length === 0;
    const mayStamp = reading.dialect === "ONEX" || (unstamped && (required || isMetadataFile(path)));
    const outcome = mayStamp
      ? stampedText(text, path, world, { fields: {}, author, now, uuid: shell.uuid(), adopt: "always" })
      : null;
    let committed = text;
    if (outcome?.kind === "stamped") {
      committed = outcome.text;
      index.replace(path, committed);
      const onDisk = join(index.top, path);
      if (textIfThere(onDisk) === text) writeFileWhole(onDisk, committed, { root: index.top });
      stamped.push(path);
    }
    const { verdict } = judgeText(committed, { path, profiles: ["canonical", "permissive"], required, world });
    if (verdict.errors.length > 0) refused.push(verdict);
  }
  return { stamped, refused };
}

/** Staged files, metadata last because it declares the hashes of the others, and the metadata beside staged files. */
function candidates(staged: readonly string[], isTracked: (path: string) => boolean): readonly string[] {
  const beside = staged.map((path) => below(folderOf(path), "node.onex.yaml"));
  const metadata = new Set([
    ...staged.filter(isMetadataFile),
    ...beside.filter((path) => !staged.includes(path) && isTracked(path)),
  ]);
  return [...staged.filter((path) => !isMetadataFile(path)), ...[...metadata].sort()];
}

const folderOf = (path: string): string => (path.includes("/") ? dirname(path) : "");
const below = (folder: string, name: string): string => (folder === "" ? name : `${folder}/${name}`);

function isIgnored(top: string, path: string): boolean {
  let scope: IgnoreScope = scopeOf(top, top);
  const folders = path.split("/").slice(0, -1);
  for (const folder of folders) {
    if (scope.ignores(folder, true)) return true;
    scope = scope.into(folder);
  }
  return scope.ignores(baseName(path), false);
}
