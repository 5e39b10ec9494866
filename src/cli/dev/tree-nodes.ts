import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { RegisterNode } from "../../../contracts/api/nodes-api.ts";

/** A node of a tree: the folder it lies in and the texts it consists of. */
export interface TreeNode {
  /** Relative to the tree, with slashes. */
  readonly folder: string;
  readonly texts: RegisterNode;
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
export async function readTreeNodes(root: string): Promise<readonly TreeNode[]> {
  const path = join(root, ".onextree");
  const tree = entry.safeParse(parse(await readFile(path, "utf8")));
  if (!tree.success) throw new Error(`${path} is not a tree: ${z.prettifyError(tree.error)}`);
  const folders = nodeFolders(tree.data);
  return Promise.all(
    folders.map(async ({ path: folder, files }) => ({ folder, texts: await readTexts(join(root, folder), files) })),
  );
}

interface Folder {
  readonly path: string;
  readonly files: ReadonlySet<string>;
}

function nodeFolders({ children }: Entry, path = ""): readonly Folder[] {
  const list = children ?? [];
  const files = new Set(list.filter(({ type }) => type === "file").map(({ name }) => name));
  const own = files.has("node.onex.yaml") ? [{ path, files }] : [];
  const below = list.filter(({ type }) => type === "directory");
  return [...own, ...below.flatMap((child) => nodeFolders(child, path === "" ? child.name : `${path}/${child.name}`))];
}

async function readTexts(folder: string, files: ReadonlySet<string>): Promise<RegisterNode> {
  const [metadata, contract, code] = await Promise.all([
    readFile(join(folder, "node.onex.yaml"), "utf8"),
    readFile(join(folder, "contract.yaml"), "utf8"),
    // The code of a function node; a built-in node's is part of the Worker.
    files.has("node.js") ? readFile(join(folder, "node.js"), "utf8") : null,
  ]);
  return { metadata, contract, ...(code === null ? {} : { code }) };
}
