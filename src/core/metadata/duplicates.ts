import { isMetadataFile } from "./dialect.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";
import type { BlockReading } from "./reading.ts";

/** A reading and where it was read. */
export interface LocatedReading {
  readonly path: string;
  readonly reading: Pick<BlockReading, "fields" | "fieldLines">;
}

/** An identity that more than one file claims. */
export interface Duplicate {
  readonly kind: "uuid" | "name_version";
  /** The uuid in lower case, or `name@version`. */
  readonly value: string;
  /** Every claimant, sorted by path. */
  readonly places: readonly { readonly path: string; readonly line: number | null }[];
  /** MD009 for a uuid, RG002 for a name and version. */
  readonly problem: MetadataProblem;
}

/**
 * Finds identities given twice among many files. A uuid belongs to one file, or to the versions of one node. Name and
 * version identify nodes only: documents such as README.md share theirs innocently. The order of readings does not matter.
 */
export function findDuplicates(readings: readonly LocatedReading[]): readonly Duplicate[] {
  const byUuid = new Map<string, LocatedReading[]>();
  const byName = new Map<string, LocatedReading[]>();
  for (const located of readings) {
    const { uuid, name, version } = located.reading.fields;
    if (typeof uuid === "string" && uuid !== "") push(byUuid, uuid.toLowerCase(), located);
    if (isMetadataFile(located.path) && typeof name === "string" && typeof version === "string")
      push(byName, `${name}@${version}`, located);
  }
  const shared = [...byUuid].filter(([, all]) => all.length > 1 && !areVersions(all));
  const repeated = [...byName].filter(([, all]) => all.length > 1);
  return [
    ...shared.map(([value, all]) => duplicate("uuid", value, all)),
    ...repeated.map(([value, all]) => duplicate("name_version", value, all)),
  ].sort((a, b) => (a.kind + a.value < b.kind + b.value ? -1 : 1));
}

function push(map: Map<string, LocatedReading[]>, key: string, located: LocatedReading): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [located]);
  else list.push(located);
}

/** One node's metadata at different versions: same name, no version twice. */
function areVersions(all: readonly LocatedReading[]): boolean {
  const names = new Set(all.map(({ reading }) => reading.fields["name"]));
  const versions = new Set(all.map(({ reading }) => reading.fields["version"]));
  return names.size === 1 && versions.size === all.length && all.every(({ path }) => isMetadataFile(path));
}

function duplicate(kind: Duplicate["kind"], value: string, all: readonly LocatedReading[]): Duplicate {
  const field = kind === "uuid" ? "uuid" : "name";
  const places = all
    .map(({ path, reading }) => ({ path, line: reading.fieldLines[field] ?? null }))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const message = `${kind === "uuid" ? `uuid ${value}` : value} is claimed by ${places.map(({ path }) => path).join(", ")}`;
  const found =
    kind === "uuid"
      ? problem("MD009", message, "give each file a uuid of its own", { field })
      : problem("RG002", message, "raise the version of one, or rename it", { field });
  return { kind, value, places, problem: found };
}
