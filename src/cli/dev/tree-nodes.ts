import { join } from "node:path";
import { parse } from "yaml";
import { realInside, textOfFile } from "../files/read-file.ts";
import { z } from "zod";
import { readBlock } from "../../core/metadata/read.ts";
import { CONTRACT_FILE, METADATA_FILE } from "../../core/registry/artifact-hashes.ts";
import { folderArtifacts } from "../../core/registry/folder-artifacts.ts";
import type { NodeArtifacts } from "../../core/registry/node.ts";

/** A node of a tree: the folder it lies in and the texts it consists of. */
export interface TreeNode {
  /** Relative to the tree, with slashes. */
  readonly folder: string;
  readonly texts: NodeArtifacts;
}

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly children?: readonly Entry[] | null | undefined;
}

const entry: z.ZodType<Entry> = z.object({
  name: z.string().regex(/^(?!\.\.?$)[^/\\]+$/, "must be a name, not a path"),
  type: z.string(),
  get children() {
    return z.array(entry).nullish();
  },
});

/** Reads every node that the `.onextree` of a folder lists: each folder with a `node.onex.yaml`, in the tree's order. */
export function readTreeNodes(root: string): readonly TreeNode[] {
  const path = join(root, ".onextree");
  const tree = entry.safeParse(parse(textOfFile(path, root)));
  if (!tree.success) throw new Error(`${path} is not a tree: ${z.prettifyError(tree.error)}`);
  const folders = nodeFolders(tree.data);
  return folders.map(({ path: folder, files }) => ({ folder, texts: readTexts(root, folder, files) }));
}

interface Folder {
  readonly path: string;
  readonly files: ReadonlySet<string>;
}

function nodeFolders({ children }: Entry, path = ""): readonly Folder[] {
  const list = children ?? [];
  const files = new Set(list.filter(({ type }) => type === "file").map(({ name }) => name));
  const own = files.has(METADATA_FILE) ? [{ path, files }] : [];
  const below = list.filter(({ type }) => type === "directory");
  return [...own, ...below.flatMap((child) => nodeFolders(child, path === "" ? child.name : `${path}/${child.name}`))];
}

function readTexts(root: string, folder: string, files: ReadonlySet<string>): NodeArtifacts {
  const text = (name: string): string => {
    const path = join(folder, name);
    const real = realInside(root, path);
    if (real === null) throw new Error(`${path} is not there, or leads out of ${root}`);
    return textOfFile(real, root);
  };
  const metadata = text(METADATA_FILE);
  const { fields } = readBlock(metadata, { path: METADATA_FILE });
  const listed = (name: string): string | null => (files.has(name) ? text(name) : null);
  return folderArtifacts(metadata, fields, listed) ?? { metadata, contract: text(CONTRACT_FILE) };
}
