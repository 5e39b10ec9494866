/** Bytes of an archive object that nobody may read any more. */
export interface Erasure {
  /** The object's key in the blob store. */
  readonly object: string;
  /** Bytes from the object's beginning. */
  readonly offset: number;
  readonly length: number;
}

const SPACE = 0x20;
const LINE_END = 0x0a;

/**
 * The object with those bytes blanked. Its size and every other record's place stay as they are, so nothing else has to
 * change with it; doing it twice is doing it once.
 */
export function blanked(body: Uint8Array, erasures: readonly Pick<Erasure, "offset" | "length">[]): Uint8Array {
  const blank = Uint8Array.from(body);
  for (const { offset, length } of erasures) blank.fill(SPACE, offset, offset + length);
  return blank;
}

/** Whether nothing but blanks and line ends is left of an object. */
export const isBlank = (body: Uint8Array): boolean => body.every((byte) => byte === SPACE || byte === LINE_END);
