import { crawl } from "../cli/crawl/crawl.ts";
import type { NodeArtifacts } from "../core/registry/node.ts";

/** The nodes of a folder and the folders below it, to register in a test. Throws TypeError for one that is none. */
export function nodesIn(folder: string): readonly NodeArtifacts[] {
  const { artifacts } = crawl({ roots: [folder], cwd: process.cwd(), strictStructure: false });
  const nodes = artifacts.filter(({ role, node }) => role === "node" || node !== null);
  if (nodes.length === 0) throw new TypeError(`there is no node in ${folder}`);
  return nodes.map(({ path, node, problems }) => {
    if (node) return node.artifacts;
    throw new TypeError(`${path} is no node: ${problems.map(({ message }) => message).join("; ")}`);
  });
}
