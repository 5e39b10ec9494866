import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";

export interface DemoDocument {
  /** The file's name, or its path where names repeat. */
  readonly name: string;
  readonly text: string;
}

/** A file that cannot be used, and why, for a human. */
export interface RefusedFile {
  readonly path: string;
  readonly reason: string;
}

/** What an envelope may hold at most. */
const MAX_BYTES = 1_048_576;

/** Reads what can be read; every other file is refused with its reason. */
export async function readDocuments(
  paths: readonly string[],
): Promise<{ readonly documents: readonly DemoDocument[]; readonly refused: readonly RefusedFile[] }> {
  const names = paths.map((path) => basename(path));
  const documents: DemoDocument[] = [];
  const refused: RefusedFile[] = [];
  for (const [index, path] of paths.entries()) {
    const name = names[index] ?? path;
    const outcome = await readText(path);
    if ("reason" in outcome) refused.push({ path, reason: outcome.reason });
    else documents.push({ name: names.indexOf(name) === names.lastIndexOf(name) ? name : path, text: outcome.text });
  }
  return { documents, refused };
}

type Outcome = { readonly text: string } | { readonly reason: string };

async function readText(path: string): Promise<Outcome> {
  try {
    const facts = await stat(path);
    if (facts.isDirectory()) return { reason: "is a folder" };
    if (!facts.isFile()) return { reason: "is not a file" };
    if (facts.size === 0) return { reason: "is empty" };
    if (facts.size > MAX_BYTES)
      return { reason: `is too large: ${facts.size} bytes, and ${MAX_BYTES} (1 MiB) is the most` };
    return decode(await readFile(path));
  } catch (thrown) {
    return { reason: REASONS[(thrown as NodeJS.ErrnoException).code ?? ""] ?? `cannot be read: ${String(thrown)}` };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EACCES: "may not be read",
  EPERM: "may not be read",
};

function decode(bytes: Uint8Array): Outcome {
  if (bytes.includes(0)) return { reason: "is binary, not text" };
  try {
    // The mark at the start of some files belongs to the text: its hash covers it.
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { reason: "is not text in UTF-8" };
  }
}
