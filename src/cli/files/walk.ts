import { lstatSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from "node:fs";
import { basename, dirname, isAbsolute, join, normalize, resolve, sep } from "node:path";
import type { MetadataProblem } from "../../core/metadata/problem.ts";
import { problem } from "../../core/metadata/problem.ts";
import { systemReason, usageFailure } from "../shell.ts";
import type { IgnoreScope } from "./ignore-scope.ts";
import { openScope, scopeOf } from "./ignore-scope.ts";

/** A file or folder that a walk came to, or what kept it from one. `path` is as reached from the path that was given. */
export type Found =
  | {
      readonly kind: "file" | "directory";
      readonly path: string;
      readonly absolute: string;
      /** Whether it is one of the given paths. */
      readonly named: boolean;
    }
  | { readonly kind: "problem"; readonly path: string; readonly absolute: string; readonly problem: MetadataProblem };

export interface WalkOptions {
  readonly cwd: string;
  /** Whether ignore files are obeyed. Default true. */
  readonly ignore?: boolean;
}

interface Folder {
  readonly path: string;
  readonly absolute: string;
  /** The real path of the root it was reached from. */
  readonly root: string;
  readonly scope: IgnoreScope;
}

/**
 * Everything at and below the given paths, folders before what is in them, each folder's entries in the order of their
 * names. Links are not followed below a given path: what they lead to inside it is met at its own place. A path that is
 * given is taken even when it is ignored, and only once when several of them lead to it.
 */
export function* walk(paths: readonly string[], options: WalkOptions): Generator<Found> {
  const roots = distinctRoots(paths, options.cwd);
  const given = new Set(roots.map(({ real }) => real));
  for (const { path, absolute, real, stats } of roots) {
    if (!stats.isDirectory()) {
      yield stats.isFile() ? { kind: "file", path, absolute, named: true } : special(path, absolute);
      continue;
    }
    const scope = options.ignore === false ? openScope : scopeOf(real, options.cwd);
    yield* below({ path, absolute: real, root: real, scope }, given);
  }
}

interface Root {
  readonly path: string;
  readonly absolute: string;
  readonly real: string;
  readonly stats: Stats;
}

function distinctRoots(paths: readonly string[], cwd: string): readonly Root[] {
  const roots = new Map<string, Root>();
  for (const given of paths) {
    const absolute = isAbsolute(given) ? normalize(given) : resolve(cwd, given);
    try {
      const real = realpathSync(absolute);
      // A link that is named keeps its name; the folder it lies in is the real one, as everywhere in a walk.
      const place = join(realpathSync(dirname(absolute)), basename(absolute));
      if (!roots.has(real)) roots.set(real, { path: tidy(given), absolute: place, real, stats: statSync(real) });
    } catch (thrown) {
      throw usageFailure(`${given}: ${systemReason(thrown)}`);
    }
  }
  return [...roots.values()];
}

/** `./a//b/` → `a/b`, `.` stays, with slashes on every system. */
function tidy(path: string): string {
  const normal = normalize(path).split(sep).join("/");
  return normal.length > 1 && normal.endsWith("/") ? normal.slice(0, -1) : normal;
}

/** Depth first on a stack of its own, so that no nesting is too deep. */
function* below(root: Folder, given: ReadonlySet<string>): Generator<Found> {
  const open: Iterator<Found | Folder>[] = [entriesOf(root, given)];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const next = top.next();
    if (next.done === true) {
      open.pop();
    } else if ("scope" in next.value) {
      yield { kind: "directory", path: next.value.path, absolute: next.value.absolute, named: false };
      open.push(entriesOf(next.value, given));
    } else yield next.value;
  }
}

function* entriesOf(folder: Folder, given: ReadonlySet<string>): Generator<Found | Folder> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder.absolute, { withFileTypes: true });
  } catch (thrown) {
    const unreadable = problem("RG001", `the folder cannot be read: ${systemReason(thrown)}`, "check its permissions");
    yield { kind: "problem", path: folder.path, absolute: folder.absolute, problem: unreadable };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const { name } = entry;
    const isDirectory = entry.isDirectory();
    if (folder.scope.ignores(name, isDirectory)) continue;
    const path = folder.path === "." ? name : folder.path === "/" ? `/${name}` : `${folder.path}/${name}`;
    const absolute = join(folder.absolute, name);
    if (given.has(absolute)) continue;
    if (isDirectory) yield { path, absolute, root: folder.root, scope: folder.scope.into(name) };
    else if (entry.isFile()) yield { kind: "file", path, absolute, named: false };
    else if (entry.isSymbolicLink()) yield* link(path, absolute, folder.root);
    else yield special(path, absolute);
  }
}

/** A link that leads to something inside the walk is no entry of its own. */
function* link(path: string, absolute: string, root: string): Generator<Found> {
  const told = (message: string, hint: string): Found => ({
    kind: "problem",
    path,
    absolute,
    problem: problem("RG001", message, hint, { severity: "warning" }),
  });
  try {
    const target = realpathSync(absolute);
    if (target === root || target.startsWith(root === sep ? sep : root + sep)) return;
    yield told(
      "this link leads out of the folder that is looked at and is not followed",
      "name its target to include it",
    );
  } catch (thrown) {
    yield told(`this link leads nowhere: ${systemReason(thrown)}`, "correct or remove it");
  }
}

const special = (path: string, absolute: string): Found => ({
  kind: "problem",
  path,
  absolute,
  problem: problem("RG001", "this is no regular file and is not read", "name regular files only", {
    severity: "warning",
  }),
});

/** True when a symbolic link is at the path. */
export const isLink = (absolute: string): boolean =>
  isThere(absolute) && lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink() === true;

/** True when something is at the path, whatever it is; a link counts by itself. */
export function isThere(absolute: string): boolean {
  try {
    lstatSync(absolute);
    return true;
  } catch {
    return false;
  }
}
