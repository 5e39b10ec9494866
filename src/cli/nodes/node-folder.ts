import type { NodeDetail } from "../../../contracts/api/nodes-api.ts";
import { readBlock } from "../../core/metadata/read.ts";
import { admitNode } from "../../core/registry/admit.ts";
import { CONTRACT_FILE, METADATA_FILE } from "../../core/registry/artifact-hashes.ts";
import { nodeRef, type NodeArtifacts } from "../../core/registry/node.ts";
import { isNodeFile } from "../../core/registry/node-files.ts";
import { declaredArtifacts } from "../../core/scan/references.ts";
import { CommandFailure } from "../shell.ts";
import type { Candidate } from "./harness/try-node.ts";

/** A node as a server tells it, believed only where its own hashes say so. Throws CommandFailure for one that is not whole. */
export function fetchedNode(detail: NodeDetail): Candidate {
  const { metadata, contract, code, files } = detail;
  const artifacts: NodeArtifacts = {
    ...{ metadata, contract },
    ...(code === null ? {} : { code }),
    ...(Object.keys(files).length === 0 ? {} : { files }),
  };
  const ref = `${detail.name}@${detail.version}`;
  const admitted = admitNode(artifacts);
  if (!admitted.ok) {
    const list = admitted.error.map(({ message, place }) => (place === undefined ? message : `${place}: ${message}`));
    throw new CommandFailure(`what the server tells of ${ref} is no node:`, { list });
  }
  const definition = admitted.value;
  if (nodeRef(definition) !== ref || definition.digest !== detail.digest) {
    throw new CommandFailure(`what the server tells of ${ref} is another node: ${nodeRef(definition)}`, {
      list: [`digest ${definition.digest}, not ${detail.digest}`],
    });
  }
  return { definition: { ...definition, lifecycle: detail.lifecycle }, artifacts };
}

/**
 * The files of a node's folder, by their paths in it. Throws CommandFailure when a file is missing that the node was
 * stamped with: such a folder would not validate.
 */
export function folderOf({ definition, artifacts }: Candidate): Readonly<Record<string, string>> {
  const { metadata, contract, code, files: further = {} } = artifacts;
  const { target } = definition.entrypoint;
  if (code !== undefined && !isNodeFile(target))
    throw new CommandFailure(`${nodeRef(definition)} keeps its code outside of its folder: ${target}`);
  const files = {
    ...further,
    [METADATA_FILE]: metadata,
    [CONTRACT_FILE]: contract,
    ...(code === undefined ? {} : { [target]: code }),
  };
  const { fields } = readBlock(metadata, { path: METADATA_FILE });
  const missing = Object.keys(declaredArtifacts(fields)).filter((name) => !Object.hasOwn(files, name));
  if (missing.length === 0) return files;
  throw new CommandFailure(`${nodeRef(definition)} is not kept whole: it was stamped with files that are missing`, {
    list: missing,
    hint: "register it again from its folder; `onex nodes show --json` tells the texts that are kept",
  });
}
