import { baseName, isMetadataFile } from "../metadata/dialect.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import { problem } from "../metadata/problem.ts";
import type { Tree, TreeEntry, TreeNode } from "./tree.ts";
import { cleanPath, scannedEntries } from "./tree.ts";

/**
 * How a directory differs from its index. `structure_mismatch`: a directory on one side only. `missing_file`: listed and
 * not there. `extra_file`: there and not listed. `type_mismatch`: a file here, a directory there. `unknown`: neither file
 * nor directory. `missing_metadata`: a node folder whose metadata file is absent or invalid.
 */
export type DriftKind =
  | "structure_mismatch"
  | "missing_file"
  | "extra_file"
  | "type_mismatch"
  | "unknown"
  | "missing_metadata";

/** One difference between an index and its directory. */
export interface Drift {
  readonly kind: DriftKind;
  /** Relative to the root, with slashes. */
  readonly path: string;
  /** The same as a finding: RG005 for drift of the index, MD001 for missing metadata. */
  readonly problem: MetadataProblem;
}

/** Compares an index with a scan of its directory: every difference, sorted by path. Empty when they agree. */
export function compareTree(tree: Tree, entries: readonly TreeEntry[]): readonly Drift[] {
  const found = scannedEntries(entries);
  const actual = withParents(found);
  const drifts = tree.form === "directory" ? directoryDrift(tree.root, actual) : nodesDrift(tree.nodes, actual);
  const all = [...drifts, ...metadataDrift(entries.map((entry) => ({ ...entry, path: cleanPath(entry.path) })))];
  return all.sort((a, b) => order(a.path, b.path) || order(a.kind, b.kind));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
type Kind = TreeEntry["type"];

function withParents(entries: readonly TreeEntry[]): ReadonlyMap<string, Kind> {
  const kinds = new Map<string, Kind>();
  for (const { path } of entries) {
    for (let at = path.indexOf("/"); at !== -1; at = path.indexOf("/", at + 1))
      kinds.set(path.slice(0, at), "directory");
  }
  for (const { path, type } of entries) kinds.set(path, type);
  return kinds;
}

function directoryDrift(root: TreeNode, actual: ReadonlyMap<string, Kind>): Drift[] {
  const listed = new Map<string, Kind>();
  const open: (readonly [string, TreeNode])[] = (root.children ?? []).map((child) => [child.name, child]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [path, node] = next;
    listed.set(path, node.type);
    for (const child of node.children ?? []) open.push([`${path}/${child.name}`, child]);
  }
  const drifts: Drift[] = [];
  for (const [path, kind] of listed) {
    const there = actual.get(path);
    if (there === kind) continue;
    if (there === undefined)
      drifts.push(
        kind === "file" ? drift("missing_file", path) : drift("structure_mismatch", path, "is listed and not there"),
      );
    else drifts.push(drift(there === "other" ? "unknown" : "type_mismatch", path));
  }
  for (const [path, kind] of actual) {
    if (listed.has(path)) continue;
    if (kind === "file") drifts.push(drift("extra_file", path));
    else
      drifts.push(
        kind === "other" ? drift("unknown", path) : drift("structure_mismatch", path, "is there and not listed"),
      );
  }
  return drifts;
}

/** An index of nodes lists what must be there, and every node folder must be listed. */
function nodesDrift(nodes: readonly { readonly path: string }[], actual: ReadonlyMap<string, Kind>): Drift[] {
  const listed = nodes.map((node) => cleanPath(node.path));
  const missing = listed.filter((path) => !actual.has(path)).map((path) => drift("missing_file", path));
  const covered = new Set(listed.map((path) => (actual.get(path) === "file" ? folderOf(path) : path)));
  const folders = [...actual]
    .filter(([path, kind]) => kind === "file" && isMetadataFile(path))
    .map(([path]) => folderOf(path));
  const extra = folders.filter((folder) => !covered.has(folder)).map((folder) => drift("extra_file", folder));
  return [...missing, ...extra];
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** A folder with a contract is a node's: it needs a metadata file, and a valid one. */
function metadataDrift(entries: readonly TreeEntry[]): Drift[] {
  const files = entries.filter((entry) => entry.type === "file");
  const described = new Set(files.filter(({ path }) => isMetadataFile(path)).map(({ path }) => folderOf(path)));
  const absent = files
    .filter(({ path }) => baseName(path) === "contract.yaml" && !described.has(folderOf(path)))
    .map(({ path }) => drift("missing_metadata", folderOf(path), "has no metadata file"));
  const invalid = files
    .filter(({ path, metadata }) => isMetadataFile(path) && metadata === "invalid")
    .map(({ path }) => drift("missing_metadata", folderOf(path), "has an invalid metadata file"));
  return [...absent, ...invalid];
}

const SAYS: Readonly<Record<DriftKind, string>> = {
  structure_mismatch: "differs",
  missing_file: "is listed and not there",
  extra_file: "is there and not listed",
  type_mismatch: "is a file on one side and a directory on the other",
  unknown: "is neither a file nor a directory",
  missing_metadata: "has no valid metadata",
};

function drift(kind: DriftKind, path: string, says = SAYS[kind]): Drift {
  const metadata = kind === "missing_metadata";
  const hint = metadata
    ? "stamp its node.onex.yaml with `onex stamp`"
    : "generate the index again with `onex tree generate`";
  return { kind, path, problem: problem(metadata ? "MD001" : "RG005", `${path} ${says}`, hint, { field: path }) };
}
