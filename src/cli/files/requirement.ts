import { dirname, join, relative, resolve, sep } from "node:path";
import type { IgnoreRule } from "../../core/scan/ignore-rules.ts";
import { parseIgnoreRule, parseIgnoreRules, selects } from "../../core/scan/ignore-rules.ts";
import { projectRoot, realOf } from "./ignore-scope.ts";
import { textIfThere } from "./read-file.ts";

/** Where the files that must carry metadata are named, in the syntax of gitignore. */
const REQUIRE_FILE = ".onexrequire";

interface Wanted {
  readonly folder: string;
  readonly rules: readonly IgnoreRule[];
}

/** Tells whether a file must carry metadata. */
export type Requirement = (absolute: string) => boolean;

/**
 * What must carry metadata among the given paths: what a `.onexrequire` names that lies in one of them or above it, up to
 * its project's root; and what the patterns name, relative to `cwd`.
 */
export function requirementOf(paths: readonly string[], patterns: readonly string[], cwd: string): Requirement {
  const folders = new Set<string>();
  for (const path of paths) {
    const start = realOf(resolve(cwd, path));
    const top = projectRoot(start, cwd);
    for (let at = start; ; at = dirname(at)) {
      folders.add(at);
      if (at === top || dirname(at) === at) break;
    }
  }
  const given = patterns.flatMap((pattern) => parseIgnoreRule(pattern) ?? []);
  const wanted: Wanted[] = [...folders]
    .map((folder) => ({ folder, rules: rulesIn(folder) }))
    .concat({ folder: realOf(cwd), rules: given })
    .filter(({ rules }) => rules.length > 0);
  return (absolute) =>
    wanted.some(({ folder, rules }) => {
      const path = relative(folder, absolute).split(sep);
      return path[0] !== ".." && path[0] !== "" && selects(rules, path);
    });
}

const rulesIn = (folder: string): readonly IgnoreRule[] =>
  parseIgnoreRules(textIfThere(join(folder, REQUIRE_FILE)) ?? "");
