import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { Instant, RunId } from "../run/model/state.ts";

/** What a strip tells of a record: enough to find it by its run's id, or to say that it is not there. */
export interface StripEntry {
  /** When the run was created. */
  readonly at: Instant;
  /** Sixteen bits of the run's id: another run has the same once in 65,536 times. */
  readonly print: number;
  /** Bytes from the beginning of the archive object. */
  readonly offset: number;
  /** Bytes, without the line's end. */
  readonly length: number;
}

/** Where a strip begins: records lie one behind the other, oldest first. */
export interface StripStart {
  readonly firstAt: Instant;
  /** Of the first record. */
  readonly offset: number;
}

/** FNV-1a, folded to sixteen bits. */
export function printOf(runId: RunId): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < runId.length; at++) hash = Math.imul(hash ^ runId.charCodeAt(at), 0x01000193);
  return ((hash >>> 16) ^ hash) & 0xffff;
}

/**
 * Records that lie one behind the other, as some five bytes each: the time since the record before, the print, the length.
 * In hexadecimal digits, as it travels.
 */
export function encodeStrip(entries: readonly StripEntry[]): string {
  const bytes: number[] = [];
  let before = entries[0]?.at ?? 0;
  for (const { at, print, length } of entries) {
    number(bytes, at - before);
    bytes.push(print >> 8, print & 0xff);
    number(bytes, length);
    before = at;
  }
  return bytesToHex(Uint8Array.from(bytes));
}

/** Reads what `encodeStrip` wrote. Throws TypeError for anything else. */
export function decodeStrip(hex: string, { firstAt, offset: from }: StripStart): readonly StripEntry[] {
  const bytes = bytesOf(hex);
  const entries: StripEntry[] = [];
  let place = 0;
  const next = (): number => {
    const byte = bytes[place++];
    if (byte === undefined) throw new TypeError("the strip is cut off");
    return byte;
  };
  const whole = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = next();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  let [at, offset] = [firstAt, from];
  while (place < bytes.length) {
    at += whole();
    const print = next() * 256 + next();
    const length = whole();
    entries.push({ at, print, offset, length });
    offset += length + 1;
  }
  return entries;
}

function bytesOf(hex: string): Uint8Array {
  try {
    return hexToBytes(hex);
  } catch {
    throw new TypeError("the strip is none");
  }
}

/** Seven bits a byte, the lowest first. */
function number(bytes: number[], value: number): void {
  let left = value;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  bytes.push(left);
}
