import type { Glob } from "./glob.ts";
import { matchesGlob, parseGlob } from "./glob.ts";

/** One line of a file in the syntax of gitignore(5). */
export interface IgnoreRule {
  readonly glob: Glob;
  /** `!pattern`: takes back what an earlier rule said. */
  readonly negated: boolean;
  /** `pattern/`: says nothing about files. */
  readonly directoriesOnly: boolean;
}

/** The rules of an ignore file, in order. Blank lines and comments are none, and neither is a block of `#` lines. */
export function parseIgnoreRules(text: string): readonly IgnoreRule[] {
  return text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .flatMap((line) => {
      const rule = parseIgnoreRule(line);
      return rule === null ? [] : [rule];
    });
}

/** The rule of one line, or null when it holds none. */
export function parseIgnoreRule(line: string): IgnoreRule | null {
  let pattern = withoutTrailingSpaces(line);
  if (pattern === "" || pattern.startsWith("#")) return null;
  const negated = pattern.startsWith("!");
  if (negated) pattern = pattern.slice(1);
  const directoriesOnly = pattern.endsWith("/") && !pattern.endsWith("\\/");
  if (directoriesOnly) pattern = pattern.slice(0, -1);
  if (pattern === "") return null;
  // A pattern without a slash matches at any depth; a slash ties it to the folder of its file.
  const anywhere = !pattern.includes("/");
  return { glob: parseGlob(anywhere ? `**/${pattern}` : pattern), negated, directoriesOnly };
}

function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " " && line[end - 2] !== "\\") end--;
  return line.slice(0, end);
}

/**
 * What a file's rules say about a path, relative to that file's folder: the last rule that matches decides. Null when
 * none does. What lies below an ignored folder is ignored too; whoever walks must not enter it.
 */
export function ignoreDecision(
  rules: readonly IgnoreRule[],
  path: readonly string[],
  isDirectory: boolean,
): "ignored" | "kept" | null {
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i];
    if (rule === undefined) break;
    if (rule.directoriesOnly && !isDirectory) continue;
    if (matchesGlob(rule.glob, path)) return rule.negated ? "kept" : "ignored";
  }
  return null;
}

/**
 * Whether rules select a file, by its own path or by that of a folder it lies in: here the rules name what is wanted, not
 * what is ignored. The last rule that matches decides, so `docs/` selects every file below docs, and a later
 * `!docs/generated/` takes some of them back.
 */
export function selects(rules: readonly IgnoreRule[], path: readonly string[]): boolean {
  const deciding = rules.findLast((rule) =>
    path.some((_, i) => {
      const isFolder = i < path.length - 1;
      return (isFolder || !rule.directoriesOnly) && matchesGlob(rule.glob, path.slice(0, i + 1));
    }),
  );
  return deciding !== undefined && !deciding.negated;
}
