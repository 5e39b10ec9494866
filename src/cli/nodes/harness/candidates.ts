import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { WireClient } from "../../../client/wire-client.ts";
import { admitNode } from "../../../core/registry/admit.ts";
import { nodeRef, type NodeArtifacts } from "../../../core/registry/node.ts";
import { readTreeNodes } from "../../dev/tree-nodes.ts";
import { asking } from "../../remote/server.ts";
import { builtInNodes, nodesIn } from "../../run/local-engine.ts";
import { CommandFailure, type Shell, usageFailure } from "../../shell.ts";
import { namedNode } from "../named-node.ts";
import { fetchedNode } from "../node-folder.ts";
import { type Candidate, partNames } from "./try-node.ts";

/** What is to be tried, and what may be a part of it. */
export interface Trial {
  readonly nodes: readonly Candidate[];
  readonly world: readonly Candidate[];
}

/** Every node that the `.onextree` of a folder leads to; the active ones are tried. */
export function treeTrial(root: string, { cwd }: Pick<Shell, "cwd">): Trial {
  const folder = resolve(cwd, root);
  if (!existsSync(join(folder, ".onextree")))
    throw usageFailure(`${root} has no .onextree`, "write one with `onex tree`, or name a folder that has one");
  const all = readTreeNodes(folder).map(({ folder: path, texts }) => candidateOf(texts, path));
  const active = all.filter(({ definition }) => definition.lifecycle === "active");
  return { nodes: active, world: withBuiltIn(all) };
}

/** The nodes of some folders, whatever state they are in; those of `beside` may be parts of them. */
export function folderTrial(folders: readonly string[], beside: readonly string[], shell: Shell): Trial {
  const nodes = nodesIn(folders, shell).map((texts) => candidateOf(texts, folders.join(", ")));
  const others =
    beside.length === 0 ? [] : nodesIn(beside, shell).map((texts) => candidateOf(texts, beside.join(", ")));
  return { nodes, world: withBuiltIn([...nodes, ...others]) };
}

/** A node of a server, with those of the server that may be parts of it. */
export async function remoteTrial(text: string, client: WireClient): Promise<Trial> {
  const { name, version } = await namedNode(text, client);
  const detailOf = async (one: string, at: string): Promise<Candidate> =>
    fetchedNode(await asking(() => client.nodes.detail(one, at)));
  const node = await detailOf(name, version);
  const world = new Map([[nodeRef(node.definition), node]]);
  const open = [...partsOf(node)];
  const asked = new Set<string>();
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (asked.has(part)) continue;
    asked.add(part);
    for await (const one of client.nodes.all({ name: part })) {
      const found = await detailOf(one.name, one.version);
      world.set(nodeRef(found.definition), found);
      open.push(...partsOf(found));
    }
  }
  return { nodes: [node], world: withBuiltIn([...world.values()]) };
}

const partsOf = ({ definition }: Candidate): readonly string[] => partNames(definition.graph);

/** With the nodes that come with the command, as far as nobody else has their name and version. */
function withBuiltIn(nodes: readonly Candidate[]): readonly Candidate[] {
  const known = new Set(nodes.map(({ definition }) => nodeRef(definition)));
  const builtIn = builtInNodes().map((texts) => candidateOf(texts, "the built-in nodes"));
  return [...nodes, ...builtIn.filter(({ definition }) => !known.has(nodeRef(definition)))];
}

function candidateOf(artifacts: NodeArtifacts, where: string): Candidate {
  const admitted = admitNode(artifacts);
  if (admitted.ok) return { definition: admitted.value, artifacts };
  throw new CommandFailure(`${where} holds no node that can be registered:`, {
    list: admitted.error.map(({ message, place }) => (place === undefined ? message : `${place}: ${message}`)),
    hint: "`onex validate` says more",
  });
}
