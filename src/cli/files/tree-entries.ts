import { readBlock } from "../../core/metadata/read.ts";
import { hasErrors } from "../../core/metadata/problem.ts";
import { isMetadataFile } from "../../core/metadata/dialect.ts";
import { validateMetadata } from "../../core/metadata/profile.ts";
import type { TreeEntry } from "../../core/tree/tree.ts";
import { isScanned } from "../../core/tree/tree.ts";
import { isInScope } from "../../core/scan/tree-scope.ts";
import { readDocument } from "./read-document.ts";
import { walk } from "./walk.ts";

/** What is in a folder, as an index of it would list it: ignored files left out, metadata files judged. */
export function treeEntries(folder: string, scope: readonly string[] | null): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (const found of walk(["."], { cwd: folder })) {
    const { path, kind, absolute } = found;
    if (!path.split("/").every(isScanned) || !isInScope(path, kind === "directory", scope)) continue;
    if (kind === "problem") entries.push({ path, type: "other" });
    else if (kind === "file" && isMetadataFile(path)) {
      entries.push({ path, type: "file", metadata: isValidMetadata(path, absolute) ? "valid" : "invalid" });
    } else entries.push({ path, type: kind });
  }
  return entries;
}

function isValidMetadata(path: string, absolute: string): boolean {
  const content = readDocument(absolute);
  if (content.kind !== "text") return false;
  const reading = readBlock(content.text, { path });
  const sound = reading.hash === "verified" || reading.hash === "unverifiable";
  return sound && !hasErrors(reading.errors) && !hasErrors(validateMetadata(reading.fields, "permissive"));
}
