import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stamp } from "../../../src/core/metadata/stamp.ts";

/** Stamped Markdown files in parts of equal size, a folder each. */
export interface Corpus {
  readonly parts: readonly string[];
  readonly filesPerPart: number;
  remove(): void;
}

const CHAPTERS = 50;
const FILE_BYTES = 4 * 1024;
const SENTENCE = "High water at Brest comes an hour and a half before high water at Calais. ";

/** Writes a corpus of files of 4 KB each, every one with an identity of its own and a true hash. */
export function writeCorpus(parts: number, filesPerPart: number): Corpus {
  const root = mkdtempSync(join(tmpdir(), "onex-corpus-"));
  const folders = Array.from({ length: parts }, (_, part) => join(root, `part-${part}`));
  for (const folder of folders) {
    for (let chapter = 0; chapter < CHAPTERS; chapter++)
      mkdirSync(join(folder, `chapter-${chapter}`), { recursive: true });
    for (let page = 0; page < filesPerPart; page++) {
      writeFileSync(join(folder, `chapter-${page % CHAPTERS}`, `page-${page}.md`), stampedDocument(page));
    }
  }
  return { parts: folders, filesPerPart, remove: () => rmSync(root, { recursive: true }) };
}

/** One document of the corpus. */
export function stampedDocument(page: number): string {
  const title = `# Page ${page}\n\n`;
  const options = { path: `page-${page}.md`, now: "2026-01-31T12:00:00Z", uuid: randomUUID(), author: "Tide Desk" };
  const block = stampedText(title, options).length - title.length;
  return stampedText(title + SENTENCE.repeat(60).slice(0, FILE_BYTES - block - title.length - 1) + "\n", options);
}

function stampedText(body: string, options: Parameters<typeof stamp>[1]): string {
  const outcome = stamp(body, options);
  if (!outcome.ok) throw new Error(outcome.error.map(({ message }) => message).join("; "));
  return outcome.value.text;
}
