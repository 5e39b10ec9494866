import { keysOf, memberAt } from "../../../contracts/json/narrow.ts";
import { dirname } from "node:path";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { ArtifactRole } from "../../core/crawl/artifact-role.ts";
import { canBeExecuted, roleOf } from "../../core/crawl/artifact-role.ts";
import { structureProblems } from "../../core/crawl/structure.ts";
import { type Duplicate, findDuplicates, type LocatedReading } from "../../core/metadata/duplicates.ts";
import type { MetadataProblem } from "../../core/metadata/problem.ts";
import { hasErrors, problem, PROBLEM_CODES } from "../../core/metadata/problem.ts";
import { validateMetadata } from "../../core/metadata/profile.ts";
import { readBlock } from "../../core/metadata/read.ts";
import type { BlockReading, HashVerdict } from "../../core/metadata/reading.ts";
import { admitNode } from "../../core/registry/admit.ts";
import { folderArtifacts } from "../../core/registry/folder-artifacts.ts";
import type { NodeArtifacts, NodeDefinition } from "../../core/registry/node.ts";
import { readDocument } from "../files/read-document.ts";
import { scanWorld } from "../files/scan-world.ts";
import { walk } from "../files/walk.ts";

/** Something a registry keeps, found in the sources. */
export interface CrawledArtifact {
  readonly role: Exclude<ArtifactRole, "other">;
  readonly path: string;
  readonly fields: JsonObject;
  readonly hash: HashVerdict;
  readonly problems: readonly MetadataProblem[];
  /** What can be registered: a node of our dialect that admission takes, whatever its role. */
  readonly node: { readonly definition: NodeDefinition; readonly artifacts: NodeArtifacts } | null;
}

export interface Crawl {
  readonly artifacts: readonly CrawledArtifact[];
  readonly duplicates: readonly Duplicate[];
  /** Files that were looked at. */
  readonly files: number;
}

export interface CrawlRequest {
  readonly roots: readonly string[];
  readonly cwd: string;
  readonly strictStructure: boolean;
}

/** Walks the roots and reads every metadata block; what is no artifact of a registry is counted and forgotten. */
export function crawl(
  { roots, cwd, strictStructure }: CrawlRequest,
  onFile: (count: number) => void = () => undefined,
): Crawl {
  const artifacts: CrawledArtifact[] = [];
  const readings: LocatedReading[] = [];
  let files = 0;
  for (const found of walk(roots, { cwd })) {
    if (found.kind !== "file") continue;
    onFile(++files);
    const content = readDocument(found.absolute);
    if (content.kind !== "text") continue;
    const reading = readBlock(content.text, { path: found.path });
    if (Object.keys(reading.fields).length === 0) continue;
    const role = roleOf(found.path, reading.fields);
    if (role === "other") continue;
    readings.push({ path: found.path, reading });
    artifacts.push(artifactAt(role, found, content.text, reading, strictStructure));
  }
  return { artifacts, duplicates: findDuplicates(readings), files };
}

function artifactAt(
  role: CrawledArtifact["role"],
  { path, absolute }: { readonly path: string; readonly absolute: string },
  text: string,
  reading: BlockReading,
  strictStructure: boolean,
): CrawledArtifact {
  const folder = dirname(absolute);
  const world = scanWorld(folder);
  const structure = strictStructure ? structureProblems(role, path, reading.fields, (file) => world.hasFile(file)) : [];
  const isNode = role === "node" || canBeExecuted(path, reading.fields);
  const ours = isNode && reading.dialect === "ONEX";
  const admitted = ours ? admission(text, reading.fields, world) : null;
  const own = [
    ...reading.errors,
    ...validateMetadata(reading.fields, ours ? "canonical" : "permissive", reading.fieldLines),
  ];
  return {
    role,
    path,
    fields: reading.fields,
    hash: reading.hash,
    problems: [...(admitted?.problems ?? own.filter((one) => hasErrors([one]))), ...structure],
    node: admitted?.node ?? null,
  };
}

function admission(
  metadata: string,
  fields: JsonObject,
  world: ReturnType<typeof scanWorld>,
): Pick<CrawledArtifact, "node" | "problems"> {
  const artifacts = folderArtifacts(metadata, fields, (file) => world.text(file));
  if (artifacts === null)
    return {
      node: null,
      problems: [problem("ST008", "there is no contract.yaml in its folder", "add the state contract")],
    };
  const admitted = admitNode(artifacts);
  if (admitted.ok) return { node: { definition: admitted.value, artifacts }, problems: [] };
  return {
    node: null,
    problems: admitted.error.map(({ message, hint, place, details }) => {
      const known = keysOf(PROBLEM_CODES).find((code) => code === memberAt(details, "code")) ?? "RG009";
      return problem(known, place === undefined ? message : `${place}: ${message}`, hint ?? "correct it");
    }),
  };
}
