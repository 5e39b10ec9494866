import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import type { ScanWorld } from "../../core/scan/references.ts";
import { readDocument } from "./read-document.ts";
import { bytesIfThere, realInside } from "./read-file.ts";

/** No file a node is made of is larger; what is larger has no hash. */
const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
const CONTRACT_NAME = /^contract_name[ \t]*:[ \t]*["']?([A-Za-z0-9_-]+)["']?[ \t]*(?:#.*)?$/m;

/** The files of one folder. */
export function scanWorld(folder: string): ScanWorld {
  const bytesOf = (path: string): Buffer | null => bytesIfThere(join(folder, path), MAX_ARTIFACT_BYTES);
  return {
    hasFile: (path) => isFile(join(folder, path)),
    sha256(path) {
      const bytes = bytesOf(path);
      return bytes === null ? null : createHash("sha256").update(bytes).digest("hex");
    },
    text(path) {
      const inside = isAbsolute(path) ? null : realInside(folder, path);
      const content = inside === null ? null : readDocument(inside);
      return content?.kind === "text" && content.invalidLine === null ? content.text : null;
    },
    contractName: () => CONTRACT_NAME.exec(bytesOf("contract.yaml")?.toString("utf8") ?? "")?.[1] ?? null,
  };
}

function isFile(absolute: string): boolean {
  try {
    return statSync(absolute).isFile();
  } catch {
    return false;
  }
}
