import { basename, join } from "node:path";
import { cleanPath, generateTree, type Tree, type TreeEntry } from "../../core/tree/tree.ts";
import type { Drift } from "../../core/tree/tree-drift.ts";
import { compareTree } from "../../core/tree/tree-drift.ts";
import { emitTree, parseTree } from "../../core/tree/tree-text.ts";
import { replaceBody } from "../../core/scan/replace-body.ts";
import { treeScope, withScope } from "../../core/scan/tree-scope.ts";
import { textIfThere } from "../files/read-file.ts";
import { treeEntries } from "../files/tree-entries.ts";
import { isThere } from "../files/walk.ts";
import { CommandFailure, EXIT, type Shell, usageFailure } from "../shell.ts";

/** The index of a folder as it lies there. */
export interface FolderIndex {
  readonly file: string;
  readonly text: string;
  readonly tree: Tree;
}

const INDEX_FILE = ".onextree";
const INDEX_NAMES = [INDEX_FILE, ".tree"];

/** The index of a folder; null when it has none. One that cannot be read is a failure that says why. */
export function readIndex(folder: string): FolderIndex | null {
  const file = INDEX_NAMES.map((name) => join(folder, name)).find((path) => isThere(path));
  if (file === undefined) return null;
  const text = textIfThere(file);
  if (text === null)
    throw new CommandFailure(`${file} cannot be read: it is no readable file`, { code: "FILE_UNREADABLE" });
  const parsed = parseTree(text);
  if (!parsed.ok) {
    const list = parsed.error.map(({ code, line, field, message }) => {
      const place = line === null ? (field ?? "") : `line ${line}`;
      return `${code} ${place === "" ? "" : `${place}: `}${message}`;
    });
    throw new CommandFailure(`${file} is no index:`, { list, hint: "run `onex tree generate`" });
  }
  return { file, text, tree: parsed.value.tree };
}

export interface IndexState {
  readonly scope: readonly string[] | null;
  readonly entries: readonly TreeEntry[];
  readonly drift: readonly Drift[];
}

/** How an index differs from its folder. */
export function indexState(folder: string, { tree }: FolderIndex): IndexState {
  const scope = treeScope(tree);
  const entries = treeEntries(folder, scope);
  return { scope, entries, drift: compareTree(tree, entries) };
}

export interface GenerateRequest {
  /** Paths the index is about, relative to its folder; null for the whole folder, undefined for what it was about. */
  readonly scope: readonly string[] | null | undefined;
  readonly author: string | null;
}

/** The text of a folder's index as it should be; `changed` is false when it is so already. */
export function generatedIndex(
  folder: string,
  known: FolderIndex | null,
  { scope: asked, author }: GenerateRequest,
  shell: Shell,
): { readonly file: string; readonly text: string; readonly changed: boolean; readonly entries: readonly TreeEntry[] } {
  const scope = asked === undefined ? (known === null ? null : treeScope(known.tree)) : asked;
  const cleaned = scope?.map(cleanPath).filter((path) => path !== "") ?? null;
  for (const path of cleaned ?? []) {
    if (path.split("/").includes("..")) throw usageFailure(`${path} is not in the folder of the index`);
  }
  const entries = treeEntries(folder, cleaned);
  const name = known?.tree.form === "directory" ? known.tree.root.name : basename(folder) || "root";
  const body = emitTree(withScope(generateTree(name, entries), cleaned));
  const file = known?.file ?? join(folder, INDEX_FILE);
  const stamped = replaceBody(known?.text ?? null, body, {
    path: INDEX_FILE,
    now: shell.now().toISOString(),
    uuid: shell.uuid(),
    fields: {
      name: `${name}.onextree`,
      description: `The index of ${name}.`,
      entrypoint: { type: "yaml", target: basename(file) },
      namespace: `onex.trees.${name.replace(/[^A-Za-z0-9_]+/g, "_")}`,
      meta_type: "project",
    },
    ...(author === null ? {} : { author }),
  });
  if (!stamped.ok) {
    const reasons = stamped.error.map(({ message }) => message).join("; ");
    throw new CommandFailure(`${file} cannot be stamped: ${reasons}`, { exitCode: EXIT.findings });
  }
  return { file, ...stamped.value, entries };
}
