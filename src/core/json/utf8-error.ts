/**
 * The index of the first byte that is no UTF-8 (RFC 3629), or null when all of them are. Asked once a decoder has refused,
 * because decoders do not say where.
 */
export function firstUtf8Error(bytes: Uint8Array): number | null {
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceAt(bytes, at);
    if (length === 0) return at;
    at += length;
  }
  return null;
}

/** First byte → length of its sequence, and the least and greatest second byte: no overlong forms, no surrogates. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const greatest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] ?? 0;
    if (byte < (i === 1 ? least : 0x80) || byte > (i === 1 ? greatest : 0xbf)) return 0;
  }
  return length;
}

/** Line and column, in bytes, of an index of a text's bytes. */
export function placeInBytes(bytes: Uint8Array, index: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let i = 0; i < index; i++) {
    if (bytes[i] !== 0x0a) continue;
    line++;
    start = i + 1;
  }
  return { line, column: index - start + 1 };
}
