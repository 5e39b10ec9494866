import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Dialect } from "./dialect.ts";
import { EPOCH_TIMESTAMP, ZERO_HASH } from "./dialect.ts";
import type { BlockSpan } from "./locate.ts";

/** A piece of the text, `[start, end)`: the value of a field with its quotes. */
export interface TokenSpan {
  readonly start: number;
  readonly end: number;
}

/** What a hash rule needs to know about a block. */
export interface HashSource {
  readonly text: string;
  readonly span: BlockSpan;
  readonly hash: TokenSpan;
  /** null when the block has no last_modified_at. */
  readonly lastModified: TokenSpan | null;
}

/** The dialects whose rule covers real content; G3 hashes nothing. */
export type HashedDialect = Exclude<Dialect, "G3">;

const hexOf = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

/**
 * The hash of our own dialect: the exact text, byte order mark, line breaks and all, with nothing but the hash value
 * replaced by 64 zeros. Any other difference, anywhere in the file, changes it.
 */
export const onexHash = (text: string, hash: TokenSpan): string => hexOf(masked(text, hash));

/** Only the digits are replaced: quotes around them are content. */
function masked(text: string, hash: TokenSpan): string {
  const quotes = /["']/.test(text[hash.start] ?? "") ? 1 : 0;
  return text.slice(0, hash.start + quotes) + ZERO_HASH + text.slice(hash.end - quotes);
}

/**
 * Every text an earlier stamper of this dialect may have hashed, most likely first, as lower-case hex. Lazy, so a match
 * costs no further hashing.
 */
export function* candidateHashes(dialect: HashedDialect, source: HashSource): Generator<string> {
  switch (dialect) {
    case "ONEX":
      yield onexHash(source.text, source.hash);
      return;
    case "G0": {
      // The whole file; some stampers added the final newline after hashing, some before.
      const text = masked(source.text, source.hash);
      yield hexOf(text);
      yield hexOf(`${text}\n`);
      return;
    }
    case "G1":
      yield* blockAndBody(source, "");
      return;
    case "G2":
      yield* blockAndBody(source, "'");
  }
}

/**
 * The emitted block, two to four newlines and the normalised body. How many newlines depends on the file type and on
 * how often the file was stamped, so the number found in the file is tried first.
 */
function* blockAndBody(source: HashSource, quote: string): Generator<string> {
  const block = utf8ToBytes(emittedBlock(source, quote));
  const rest = foldLineBreaks(source.text.slice(source.span.close.end));
  const { newlines, body } = normalisedBody(rest);
  const counts = [2, 3, 4].sort((a, b) => Number(b === newlines) - Number(a === newlines));
  for (const count of counts) {
    yield bytesToHex(
      sha256
        .create()
        .update(block)
        .update(utf8ToBytes("\n".repeat(count) + body))
        .digest(),
    );
  }
}

function emittedBlock({ text, span, hash, lastModified }: HashSource, quote: string): string {
  const masks = [{ at: hash, value: quote + ZERO_HASH + quote }];
  if (lastModified !== null) masks.push({ at: lastModified, value: quote + EPOCH_TIMESTAMP + quote });
  masks.sort((a, b) => a.at.start - b.at.start);
  let emitted = "";
  let from = span.open.start;
  for (const mask of masks) {
    emitted += text.slice(from, mask.at.start) + mask.value;
    from = mask.at.end;
  }
  return foldLineBreaks(emitted + text.slice(from, span.close.end));
}

const foldLineBreaks = (text: string): string => (text.includes("\r") ? text.replaceAll("\r\n", "\n") : text);

/** The body as it was hashed, and how many newlines stood before it. A loop, because a regular expression backtracks. */
function normalisedBody(rest: string): { readonly newlines: number; readonly body: string } {
  let start = 0;
  while (rest.charCodeAt(start) === 10) start++;
  let end = rest.length;
  for (; end > start; end--) {
    const code = rest.charCodeAt(end - 1);
    if (code !== 32 && code !== 9 && code !== 10) break;
  }
  return { newlines: start, body: `${rest.slice(start, end)}\n` };
}
