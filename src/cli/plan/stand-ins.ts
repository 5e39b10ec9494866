import { isObject } from "../../../contracts/json/narrow.ts";
import { readdirSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { NodeDefinition } from "../../core/registry/node.ts";
import { buildSnapshot, type RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { isStandardInput, textIfThere } from "../files/read-file.ts";
import { type Shell, systemReason, usageFailure } from "../shell.ts";
import { planDocumentOf } from "./plan-document.ts";
import { documentIn, readDocument } from "./read-text.ts";

/** What `--nodes` names: folders of nodes, and documents that bring stand-ins for the nodes they mention. */
export interface NodeSources {
  readonly folders: readonly string[];
  /** The paths of the documents. */
  readonly documents: readonly string[];
  readonly standIns: readonly NodeDefinition[];
}

/** Parts `--nodes` into folders and documents, and reads the documents. */
export async function nodeSources(paths: readonly string[], shell: Shell): Promise<NodeSources> {
  const folders: string[] = [];
  const documents: string[] = [];
  const standIns: NodeDefinition[] = [];
  for (const path of paths) {
    if (isFolder(path, shell)) {
      folders.push(path);
      continue;
    }
    documents.push(path);
    const read = planDocumentOf(await documentIn(path, shell));
    if (!read.ok) throw usageFailure(`${path}: ${read.error.message}`);
    if (read.value.kind !== "imported" || read.value.imported.kind !== "graph") {
      throw usageFailure(`${path} brings no nodes`, "name a folder of nodes, a capability graph or a workflow");
    }
    standIns.push(...read.value.imported.nodes);
  }
  return { folders, documents, standIns };
}

/** A registry with stand-ins for the nodes it does not have. */
export function withStandIns(snapshot: RegistrySnapshot, nodes: readonly NodeDefinition[]): RegistrySnapshot {
  const news = new Map(nodes.flatMap((node) => (snapshot.byName.has(node.name) ? [] : [[node.name, node] as const])));
  if (news.size === 0) return snapshot;
  return buildSnapshot(`${snapshot.version}+stand-ins`, [...snapshot.nodes, ...news.values()], snapshot.trust);
}

/** A capability graph and the file it is in. */
export interface Neighbour {
  readonly path: string;
  readonly nodes: readonly NodeDefinition[];
}

/** More files than this make a folder no place where plans are kept. */
const MAX_LOOKED_AT = 200;
const MAX_BYTES = 1_048_576;

/**
 * The capability graphs beside a policy, else those in the folder above: a policy does not say which graph it is about,
 * and is kept with it.
 */
export function neighbouringGraphs(path: string, shell: Shell): readonly Neighbour[] {
  if (isStandardInput(path, shell.cwd)) return [];
  const folder = dirname(resolve(shell.cwd, path));
  const beside = graphsIn(folder);
  return beside.length > 0 ? beside : graphsIn(dirname(folder));
}

function graphsIn(folder: string): readonly Neighbour[] {
  const names = namesIn(folder)
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort();
  return names.slice(0, MAX_LOOKED_AT).flatMap((name) => {
    const path = join(folder, name);
    // One unreadable file beside a policy is no reason to stop.
    const text = textIfThere(path, MAX_BYTES);
    const read = text === null ? null : readDocument(text);
    if (!read?.ok || !isObject(read.value)) return [];
    const document = planDocumentOf(read.value);
    if (!document.ok || document.value.kind !== "imported") return [];
    const { imported } = document.value;
    const isGraph = imported.kind === "graph" && imported.dialect === "capability_graph";
    return isGraph ? [{ path, nodes: imported.nodes }] : [];
  });
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFolder(path: string, { cwd }: Shell): boolean {
  try {
    return statSync(resolve(cwd, path)).isDirectory();
  } catch (thrown) {
    throw usageFailure(`${path}: ${systemReason(thrown)}`);
  }
}
