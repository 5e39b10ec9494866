import { memberAt } from "../../../contracts/json/narrow.ts";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Fault } from "../errors.ts";
import { fault } from "../errors.ts";
import type { Entrypoint, NodeArtifacts } from "./node.ts";

/** The name of a node's metadata file, as places spell it. */
export const METADATA_FILE = "node.onex.yaml";
/** The name of a node's state contract. */
export const CONTRACT_FILE = "contract.yaml";

/**
 * Checks the hashes a block declares under `x_extensions.artifacts`: a map from file name to lower-case hex SHA-256 of
 * its UTF-8 text. contract.yaml is the contract, the entrypoint's target is the code. Other files (README.md, cases.json)
 * are checked where they are there: a node may be registered without them.
 */
export function artifactFaults(
  fields: JsonObject,
  artifacts: NodeArtifacts,
  entrypoint: Entrypoint | null,
  place: string,
): Fault[] {
  const declared = memberAt(fields["x_extensions"], "artifacts");
  if (declared === undefined || declared === null) return [];
  if (typeof declared !== "object" || Array.isArray(declared)) {
    return [
      fault("METADATA_INVALID", "x_extensions.artifacts must map file names to hashes", {
        place,
        hint: "write name: sha256",
      }),
    ];
  }
  return Object.entries(declared).flatMap(([file, hash]) => {
    const content =
      file === CONTRACT_FILE
        ? artifacts.contract
        : ((file === entrypoint?.target ? artifacts.code : undefined) ?? filesOf(artifacts)[file]);
    if (content === undefined || hash === hashOf(content)) return [];
    return [
      fault("METADATA_HASH_MISMATCH", `${file} is not the file the metadata was stamped with`, {
        place,
        hint: "stamp the node again after changing its files",
        details: { code: "MD003", file },
      }),
    ];
  });
}

const filesOf = ({ files = {} }: NodeArtifacts): Readonly<Record<string, string | undefined>> => files;

/** Lower-case hex SHA-256 of a text's UTF-8 bytes. */
export const hashOf = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));
