import { resolve } from "node:path";
import { isMetadataFile } from "../../core/metadata/dialect.ts";
import type { Finding } from "../../core/scan/verdict.ts";
import { findingOf } from "../../core/scan/verdict.ts";
import { problem } from "../../core/metadata/problem.ts";
import { requirementOf } from "../files/requirement.ts";
import { walk, type Found } from "../files/walk.ts";
import { refuseLinks, rootFor, writeFileWhole } from "../files/write-file.ts";
import { CommandFailure, type Shell } from "../shell.ts";
import { stampedFile, type StampFileOptions } from "./stamp-file.ts";

export interface StampRequest extends Omit<StampFileOptions, "uuid" | "now" | "adopt"> {
  readonly paths: readonly string[];
  /** Stamps every file that can carry metadata, not only those that do or must. */
  readonly all: boolean;
  /** Writes nothing. */
  readonly check: boolean;
}

/** What became of one file, in the wire form of `onex stamp --json`. */
export interface StampedFile {
  readonly path: string;
  readonly outcome: "stamped" | "unchanged" | "refused" | "skipped";
  readonly reason: string | null;
  readonly errors: readonly Finding[];
}

/**
 * Stamps the files at and below the paths. A file that is named is stamped whatever it says; in a folder, those that
 * carry metadata and those that must. A node's metadata comes after its other files, whose hashes it declares.
 */
export function* stampFiles(shell: Shell, request: StampRequest): Generator<StampedFile> {
  const mustCarry = requirementOf(request.paths, [], shell.cwd);
  const now = shell.now();
  const later: Found[] = [];
  const stampOne = (found: Found): StampedFile => {
    if (found.kind === "problem") return refusedFile(found.path, [findingOf(found.problem)]);
    const must = found.named || isMetadataFile(found.path) || mustCarry(found.absolute);
    const adopt = must ? "always" : request.all ? "if possible" : "never";
    const outcome = stampedFile(found.path, found.absolute, { ...request, adopt, now, uuid: shell.uuid() });
    if (outcome.kind === "refused") return refusedFile(found.path, outcome.problems.map(findingOf));
    if (outcome.kind === "stamped" && !request.check) writeFileWhole(found.absolute, outcome.text);
    return {
      path: found.path,
      outcome: outcome.kind,
      reason: outcome.kind === "skipped" ? outcome.reason : null,
      errors: [],
    };
  };
  const linked = new Map(request.paths.flatMap((path) => linkFinding(path, shell.cwd)));
  for (const [path, finding] of linked) yield refusedFile(path, [finding]);
  const paths = request.paths.filter((path) => !linked.has(path));
  for (const found of walk(paths, { cwd: shell.cwd })) {
    if (found.kind === "directory" || (found.kind === "problem" && found.problem.severity === "warning")) continue;
    if (isMetadataFile(found.path)) later.push(found);
    else yield stampOne(found);
  }
  yield* later.map(stampOne);
}

/** A path that leads through a link is refused: what would be changed lies elsewhere. */
function linkFinding(path: string, cwd: string): readonly (readonly [string, Finding])[] {
  try {
    refuseLinks(resolve(cwd, path), rootFor(path, cwd));
    return [];
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    const { message, hint } = thrown;
    return [[path, findingOf(problem("RG001", message, hint ?? "check its permissions"))]];
  }
}

const refusedFile = (path: string, errors: readonly Finding[]): StampedFile => ({
  path,
  outcome: "refused",
  reason: null,
  errors,
});
