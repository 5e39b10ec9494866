import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { IgnoreRule } from "../../core/scan/ignore-rules.ts";
import { ignoreDecision, parseIgnoreRules } from "../../core/scan/ignore-rules.ts";
import { textIfThere } from "./read-file.ts";

/** What is never looked into: version control, installed packages, caches. */
const SKIPPED_FOLDERS = new Set([".git", ".hg", ".svn", ".jj", "node_modules", "__pycache__"]);

/** The ignore rules that hold in one folder: its own, then those of the folders above it. */
export interface IgnoreScope {
  /** Whether an entry of this folder is left out. */
  ignores(name: string, isDirectory: boolean): boolean;
  /** The scope of a folder in this one. */
  into(name: string): IgnoreScope;
}

interface Level {
  /** How many of a path's segments lead to the folder of these rules. */
  readonly depth: number;
  readonly onexignore: readonly IgnoreRule[];
  readonly gitignore: readonly IgnoreRule[];
}

/** Leaves nothing out but version control and installed packages. */
export const openScope: IgnoreScope = {
  ignores: (name, isDirectory) => isDirectory && SKIPPED_FOLDERS.has(name),
  into: () => openScope,
};

/**
 * The scope of a folder. `.onexignore` always holds; `.gitignore` holds inside a git working tree. Both are looked for in
 * the folder, below it, and above it up to its project's root. The nearest file decides, `.onexignore` first.
 */
export function scopeOf(folder: string, cwd: string): IgnoreScope {
  const inGit = workingTreeOf(folder) !== null;
  const top = projectRoot(folder, cwd);
  const above = relative(top, folder)
    .split(sep)
    .filter((part) => part !== "");
  let levels = withLevel([], top, 0, inGit);
  let at = top;
  for (const [index, part] of above.entries()) {
    at = join(at, part);
    levels = withLevel(levels, at, index + 1, inGit);
  }
  return scope(at, above, levels, inGit);
}

function scope(folder: string, segments: readonly string[], levels: readonly Level[], inGit: boolean): IgnoreScope {
  return {
    ignores(name, isDirectory) {
      if (isDirectory && SKIPPED_FOLDERS.has(name)) return true;
      if (levels.length === 0) return false;
      const path = [...segments, name];
      for (const { depth, onexignore, gitignore } of levels.toReversed()) {
        const below = path.slice(depth);
        const decision =
          ignoreDecision(onexignore, below, isDirectory) ?? ignoreDecision(gitignore, below, isDirectory);
        if (decision !== null) return decision === "ignored";
      }
      return false;
    },
    into(name) {
      const inner = join(folder, name);
      return scope(inner, [...segments, name], withLevel(levels, inner, segments.length + 1, inGit), inGit);
    },
  };
}

function withLevel(levels: readonly Level[], folder: string, depth: number, inGit: boolean): readonly Level[] {
  const onexignore = rulesOf(join(folder, ".onexignore"));
  const gitignore = inGit ? rulesOf(join(folder, ".gitignore")) : [];
  return onexignore.length + gitignore.length === 0 ? levels : [...levels, { depth, onexignore, gitignore }];
}

/** A file that is absent, a folder or unreadable rules nothing. */
const rulesOf = (file: string): readonly IgnoreRule[] => parseIgnoreRules(textIfThere(file) ?? "");

/** The root of the git working tree a folder is in, or null. */
function workingTreeOf(folder: string): string | null {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, ".git"))) return at;
    if (dirname(at) === at) return null;
  }
}

/**
 * Where the settings of a folder begin to hold: at the root of its git working tree, or else where the command was
 * called, if the folder is in there, or else at the folder itself.
 */
export function projectRoot(folder: string, cwd: string): string {
  const called = realOf(cwd);
  const isBelow = folder === called || folder.startsWith(called === sep ? sep : called + sep);
  return workingTreeOf(folder) ?? (isBelow ? called : folder);
}

/** A path without links, as folders are walked; one that is not there stays as it is. */
export function realOf(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
