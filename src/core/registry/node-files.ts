import { MAX_NODE_FILES, nodeFileName } from "../../../contracts/documents/node-files.ts";
import { fault, type Fault } from "../errors.ts";
import { utf8Bytes } from "../run/model/utf8.ts";
import { quoted } from "../text/clip.ts";
import { CONTRACT_FILE, METADATA_FILE } from "./artifact-hashes.ts";
import { CASES_FILE, readCases } from "./cases.ts";
import { hasCode } from "./entrypoints.ts";
import type { Entrypoint, NodeArtifacts } from "./node.ts";

/** What the further files of a node may have together, in bytes. */
export const MAX_FILES_BYTES = 512 * 1024;

/** Whether a file of a node's folder can be kept with the node: those with a dot before a part of their path are not. */
export const isNodeFile = (name: string): boolean => nodeFileName.safeParse(name).success;

/**
 * What is wrong with the files a node brings besides the texts it consists of: one that has the name of such a text, too
 * much altogether, cases that are none.
 */
export function fileFaults({ files = {} }: NodeArtifacts, entrypoint: Entrypoint | null): Fault[] {
  const taken = new Set([METADATA_FILE, CONTRACT_FILE]);
  if (entrypoint && hasCode(entrypoint)) taken.add(entrypoint.target);
  const found = Object.keys(files)
    .filter((name) => taken.has(name))
    .map((name) =>
      fault("INVALID_PARAMETER", `${name} is a text the node consists of`, {
        place: `files:${name}`,
        hint: "send it as metadata, contract or code",
      }),
    );
  const strange = Object.keys(files).filter((name) => !isNodeFile(name));
  for (const name of strange)
    found.push(fault("INVALID_PARAMETER", `${quoted(name)} is no path within the node's folder`, { place: "files" }));
  if (Object.keys(files).length > MAX_NODE_FILES)
    found.push(fault("INVALID_PARAMETER", `at most ${MAX_NODE_FILES} files are kept of a node`, { place: "files" }));
  const bytes = Object.values(files).reduce((sum, text) => sum + utf8Bytes(text), 0);
  if (bytes > MAX_FILES_BYTES) {
    const hint = "keep what is long elsewhere, and say where in README.md";
    found.push(
      fault("INVALID_PARAMETER", `the node's files have ${bytes} bytes, ${MAX_FILES_BYTES} are kept`, { hint }),
    );
  }
  const cases = files[CASES_FILE];
  const read = cases === undefined ? null : readCases(cases);
  return read === null || read.ok ? found : [...found, read.error];
}
