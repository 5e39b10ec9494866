import type { JsonObject } from "../../../contracts/json/json.ts";

/** One entry of a tree index, as the documented form writes it. */
export interface TreeNode {
  readonly name: string;
  readonly type: "file" | "directory";
  /** Directories have a list, files have none. */
  readonly children?: readonly TreeNode[];
  readonly metadata?: JsonObject;
  /** Seconds since the epoch. */
  readonly mtime?: number;
  readonly size?: number;
}

/** A tree index in either documented form: the whole directory, or a list of nodes and where they are. */
export type Tree =
  | { readonly form: "directory"; readonly root: TreeNode }
  | { readonly form: "nodes"; readonly nodes: readonly { readonly name: string; readonly path: string }[] };

/**
 * What a scan found, given by whoever can look at a file system. `path` is relative to the root, with slashes. `other`
 * is anything that is neither file nor directory.
 */
export interface TreeEntry {
  readonly path: string;
  readonly type: "file" | "directory" | "other";
  /** For metadata files (node.onex.yaml, .onex): whether their block can be read and is valid. */
  readonly metadata?: "valid" | "invalid";
}

const SKIPPED = new Set(["__pycache__", "node_modules"]);
const KEPT_DOTFILES = new Set([".onexignore", ".wip"]);

/** Whether a scan looks at a name: no dotfiles but .onexignore and .wip, no caches, no installed packages. */
export const isScanned = (name: string): boolean =>
  !SKIPPED.has(name) && (!name.startsWith(".") || KEPT_DOTFILES.has(name));

/** The entries a scan keeps: none below a skipped name. Paths are cleaned of `./` and trailing slashes. */
export function scannedEntries(entries: readonly TreeEntry[]): readonly TreeEntry[] {
  return entries
    .map((entry) => ({ ...entry, path: cleanPath(entry.path) }))
    .filter(({ path }) => path !== "" && path.split("/").every(isScanned));
}

/** `./a/b/` → `a/b`, with slashes for backslashes. */
export const cleanPath = (path: string): string =>
  path
    .replaceAll("\\", "/")
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");

/**
 * Builds the tree of a directory from the entries of a scan, sorted by name whatever their order; parents that are not
 * among the entries are implied, entries that are neither file nor directory left out.
 */
export function generateTree(rootName: string, entries: readonly TreeEntry[]): TreeNode {
  const root: Folder = new Map();
  for (const { path, type } of scannedEntries(entries)) {
    if (type === "other") continue;
    const parts = path.split("/");
    const last = parts.pop() ?? path;
    let folder = root;
    for (const part of parts) folder = folderIn(folder, part);
    if (type === "directory") folderIn(folder, last);
    else if (!folder.has(last)) folder.set(last, null);
  }
  return built(rootName, root);
}

/** Name → folder, or null for a file. */
type Folder = Map<string, Folder | null>;

function folderIn(folder: Folder, name: string): Folder {
  const known = folder.get(name);
  if (known) return known;
  const made: Folder = new Map();
  folder.set(name, made);
  return made;
}

function built(name: string, folder: Folder): TreeNode {
  const names = [...folder.keys()].sort();
  const children = names.map((child): TreeNode => {
    const inner = folder.get(child);
    return inner ? built(child, inner) : { name: child, type: "file" };
  });
  return { name, type: "directory", children };
}
