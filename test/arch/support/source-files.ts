import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";

/** Folders nobody writes in by hand. */
const NOT_OURS = new Set(["node_modules", ".git", ".tmp", ".wrangler", "coverage", "dist", "generated"]);
const JUNK_DRAWER = /^(utils?|helpers?|common|misc)(\..*)?$/;

/** Every file and folder below `root` that people write, as paths relative to it with `/`, sorted. */
export async function writtenPaths(root: string): Promise<readonly string[]> {
  const paths: string[] = [];
  const folders = [root];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (NOT_OURS.has(entry.name)) continue;
      const path = join(folder, entry.name);
      paths.push(relative(root, path).split(sep).join("/"));
      if (entry.isDirectory()) folders.push(path);
    }
  }
  return paths.sort();
}

/** Paths whose last part names nothing: utils, helpers, common or misc, as a folder or a file. */
export const junkDrawers = (paths: readonly string[]): readonly string[] =>
  paths.filter((path) => JUNK_DRAWER.test(path.slice(path.lastIndexOf("/") + 1)));

/** Folders of source with more files of their own than `most`, without the folders in them. */
export function fullFolders(
  paths: readonly string[],
  most: number,
): readonly { readonly folder: string; readonly files: number }[] {
  const counts = new Map<string, number>();
  for (const path of paths) {
    if (!/^(src|contracts|workers)\/.*\.ts$/.test(path)) continue;
    const folder = path.slice(0, path.lastIndexOf("/"));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  return [...counts].flatMap(([folder, files]) => (files > most ? [{ folder, files }] : []));
}

export interface SizedFile {
  readonly path: string;
  readonly lines: number;
}

/** The source files among the paths with their number of lines, longest first. */
export async function sourceSizes(root: string, paths: readonly string[]): Promise<readonly SizedFile[]> {
  const sources = paths.filter((path) => /\.(ts|mts|mjs|cjs|js)$/.test(path) && !path.endsWith(".d.ts"));
  const sized = await Promise.all(
    sources.map(async (path) => {
      const text = await readFile(join(root, path), "utf8");
      return { path, lines: text.split("\n").length - (text.endsWith("\n") ? 1 : 0) };
    }),
  );
  return sized.sort((a, b) => b.lines - a.lines);
}
