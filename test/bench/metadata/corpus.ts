import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stamp } from "../../../src/core/metadata/stamp.ts";

/** A folder of stamped Markdown files. */
export interface Corpus {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  remove(): void;
}

const FOLDERS = 50;
const FILE_BYTES = 4 * 1024;
const SENTENCE = "High water at Brest comes an hour and a half before high water at Calais. ";

/** Writes a corpus of files of 4 KB each, every one with an identity of its own and a true hash. */
export function writeCorpus(files: number): Corpus {
  const path = mkdtempSync(join(tmpdir(), "onex-corpus-"));
  for (let folder = 0; folder < FOLDERS; folder++) mkdirSync(join(path, `chapter-${folder}`));
  let bytes = 0;
  for (let i = 0; i < files; i++) {
    const text = stampedDocument(i);
    bytes += Buffer.byteLength(text);
    writeFileSync(join(path, `chapter-${i % FOLDERS}`, `page-${i}.md`), text);
  }
  return { path, files, bytes, remove: () => rmSync(path, { recursive: true }) };
}

/** One document of the corpus. */
export function stampedDocument(number: number): string {
  const title = `# Page ${number}\n\n`;
  const blockBytes = 640;
  const body = title + SENTENCE.repeat(100).slice(0, FILE_BYTES - blockBytes - title.length);
  const outcome = stamp(`${body}\n`, {
    path: `page-${number}.md`,
    now: "2026-01-31T12:00:00Z",
    uuid: randomUUID(),
    author: "Tide Desk",
  });
  if (!outcome.ok) throw new Error(outcome.error.map(({ message }) => message).join("; "));
  return outcome.value.text;
}
