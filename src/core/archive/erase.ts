import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { blanked, type Erasure } from "../retention/erasure.ts";
import { decodeIndex, encodeIndex, INDEX_MARK } from "./index-line.ts";

const SPACE = 0x20;
const LINE_END = 0x0a;
const MARK = INDEX_MARK.charCodeAt(0);

/**
 * An archive object without these records, and its own index without their runs. No other byte moves: the object keeps its
 * size. A line of the index that cannot be read is blanked: readers then read the records.
 */
export function erased(body: Uint8Array, erasures: readonly Pick<Erasure, "offset" | "length">[]): Uint8Array {
  const left = blanked(body, erasures);
  const gone = new Set(erasures.map(({ offset }) => offset));
  for (let from = indexStart(left); from < left.length;) {
    const found = left.indexOf(LINE_END, from);
    const end = found < 0 ? left.length : found;
    if (left[from] === MARK) rewrite(left.subarray(from, end), gone);
    from = end + 1;
  }
  return left;
}

function rewrite(line: Uint8Array, gone: ReadonlySet<number>): void {
  const runs = decodeIndex(textOf(line));
  const kept = runs?.filter(({ archive }) => archive === null || !gone.has(archive.offset)) ?? [];
  if (runs?.length === kept.length && runs.length > 0) return;
  const text = kept.length === 0 ? new Uint8Array() : utf8ToBytes(encodeIndex(kept));
  line.fill(SPACE);
  if (text.length <= line.length) line.set(text);
}

/** UTF-8, or an empty text for bytes that are none. */
function textOf(bytes: Uint8Array): string {
  try {
    return decodeURIComponent(bytesToHex(bytes).replaceAll(/../g, "%$&"));
  } catch {
    return "";
  }
}

/** Where the first line of the index begins; behind the end when there is none. */
function indexStart(body: Uint8Array): number {
  if (body[0] === MARK) return 0;
  for (let at = body.indexOf(LINE_END); at >= 0; at = body.indexOf(LINE_END, at + 1))
    if (body[at + 1] === MARK) return at + 1;
  return body.length;
}
