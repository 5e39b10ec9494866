/** An unsigned integer as little-endian base 128, the way WebAssembly writes counts and indices. */
export function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** A signed 32-bit integer as base 128, the way WebAssembly writes constants. */
export function encodeSigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isSigned = (low & 0x40) !== 0;
    if (rest === (isSigned ? -1 : 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** Walks over the bytes of a WebAssembly binary. Reading past the end throws a RangeError. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  get done(): boolean {
    return this.offset >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.offset++];
    if (value === undefined) throw new RangeError(`the binary ends inside an instruction at byte ${this.offset - 1}`);
    return value;
  }

  /** An unsigned LEB128 of up to 53 bits. */
  unsigned(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  /** Steps over a LEB128 of any width and sign. */
  skipLeb(): void {
    while (this.byte() >= 0x80);
  }

  skip(count: number): void {
    this.take(count);
  }

  /** The next `count` bytes, as a view. */
  take(count: number): Uint8Array {
    const slice = this.#bytes.subarray(this.offset, this.offset + count);
    if (slice.length < count) throw new RangeError(`the binary ends ${count - slice.length} bytes too early`);
    this.offset += count;
    return slice;
  }

  /** A name or other byte string: its length, then its bytes. */
  takeVector(): Uint8Array {
    return this.take(this.unsigned());
  }
}
