import type { LocatedReading } from "../../core/metadata/duplicates.ts";
import { findDuplicates } from "../../core/metadata/duplicates.ts";
import type { MetadataProblem } from "../../core/metadata/problem.ts";
import type { ScanEntry, ScanLine } from "./scan-line.ts";

/** Notes which lines claim an identity that another line claimed before: few, so that only they are compared. */
export class ClaimIndex {
  readonly #first = new Map<string, number>();
  readonly #suspects = new Set<number>();

  note(line: number, { claims }: ScanLine): void {
    for (const claim of claims) {
      const first = this.#first.get(claim);
      if (first === undefined) this.#first.set(detached(claim), line);
      else this.#suspects.add(first).add(line);
    }
  }

  /** Numbers of the lines that may share an identity. */
  get suspects(): ReadonlySet<number> {
    return this.#suspects;
  }
}

/** A part of a text keeps the whole text in memory; a copy of it does not. */
const detached = (text: string): string => Buffer.from(text).toString();

const SHOWN_PLACES = 3;

/** A document that lies beside itself in YAML: `x.json` and `x.yaml` are one. */
function isTwin(path: string, paths: ReadonlySet<string>): boolean {
  const stem = path.endsWith(".json") ? path.slice(0, -".json".length) : null;
  return stem !== null && (paths.has(`${stem}.yaml`) || paths.has(`${stem}.yml`));
}

/** What is wrong with each file that shares an identity, by its path. */
export function sharedIdentities(entries: readonly ScanEntry[]): ReadonlyMap<string, readonly MetadataProblem[]> {
  const paths = new Set(entries.map(({ verdict }) => verdict.path));
  const readings = entries.flatMap(({ verdict: { path }, identity }): LocatedReading[] =>
    identity === null || isTwin(path, paths) ? [] : [{ path, reading: identity }],
  );
  const found = new Map<string, MetadataProblem[]>();
  for (const { kind, value, places, problem } of findDuplicates(readings)) {
    const shown = places.slice(0, SHOWN_PLACES + 1).map(({ path }) => path);
    for (const { path, line } of places) {
      const others = shown.filter((other) => other !== path).slice(0, SHOWN_PLACES);
      const more = places.length - 1 - others.length;
      const list = others.join(", ") + (more > 0 ? ` and ${more} more` : "");
      const told = {
        ...problem,
        line,
        message: `${kind === "uuid" ? `the uuid ${value}` : value} is also that of ${list}`,
      };
      found.set(path, [...(found.get(path) ?? []), told]);
    }
  }
  return found;
}
