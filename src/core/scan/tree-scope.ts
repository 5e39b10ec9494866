import { isList } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Tree, TreeEntry, TreeNode } from "../tree/tree.ts";
import { cleanPath } from "../tree/tree.ts";

/**
 * The folders an index speaks of: `metadata.scope` of its root, a list of paths. An index without one speaks of its whole
 * folder.
 */
export function treeScope(tree: Tree): readonly string[] | null {
  const scope: JsonValue | undefined = tree.form === "directory" ? tree.root.metadata?.["scope"] : undefined;
  if (!isList(scope)) return null;
  const paths = scope.filter((path) => typeof path === "string").map(cleanPath);
  return paths.filter((path) => path !== "");
}

/** The entries an index with this scope speaks of: those at and below its paths, and the folders that lead there. */
export function entriesInScope(entries: readonly TreeEntry[], scope: readonly string[] | null): readonly TreeEntry[] {
  return scope === null ? entries : entries.filter(({ path, type }) => isInScope(path, type === "directory", scope));
}

/** Whether a path is at or below the scope or, being a folder, leads to it. */
export function isInScope(path: string, isDirectory: boolean, scope: readonly string[] | null): boolean {
  if (scope === null) return true;
  return scope.some((one) => path === one || path.startsWith(`${one}/`) || (isDirectory && one.startsWith(`${path}/`)));
}

/** The same root with its scope written down. */
export const withScope = (root: TreeNode, scope: readonly string[] | null): TreeNode =>
  scope === null ? root : { ...root, metadata: { ...root.metadata, scope: [...scope] } };
