import { ByteReader, encodeUnsigned } from "./leb128.ts";

/** The sections of a binary the meter reads or changes, by their number in the format. */
export const SECTION = { type: 1, import: 2, function: 3, global: 6, export: 7, code: 10 } as const;

const HEADER_BYTES = 8;

/** A binary taken apart: its sections in order, each changeable by itself. */
export interface Sections {
  readonly header: Uint8Array;
  readonly all: readonly (readonly [id: number, body: Uint8Array])[];
  get(id: number): Uint8Array;
}

/** Takes a binary apart. Throws a RangeError when it ends early or lacks a section the meter needs. */
export function readSections(binary: Uint8Array): Sections {
  const reader = new ByteReader(binary, HEADER_BYTES);
  const all: [number, Uint8Array][] = [];
  while (!reader.done) {
    const id = reader.byte();
    all.push([id, reader.takeVector()]);
  }
  const byId = new Map(all);
  for (const id of Object.values(SECTION)) {
    if (!byId.has(id)) throw new RangeError(`the binary has no section ${id}, which the meter needs`);
  }
  return { header: binary.subarray(0, HEADER_BYTES), all, get: (id) => byId.get(id) ?? new Uint8Array() };
}

/** Puts a binary together, with other bodies for some of its sections. */
export function writeSections({ header, all }: Sections, changed: ReadonlyMap<number, Uint8Array>): Uint8Array {
  return join([
    header,
    ...all.flatMap(([id, original]) => {
      const body = changed.get(id) ?? original;
      return [Uint8Array.from([id, ...encodeUnsigned(body.length)]), body];
    }),
  ]);
}

/** How many items a vector section holds. */
export const itemCount = (body: Uint8Array): number => new ByteReader(body).unsigned();

/** A vector section with more items at its end. */
export function appendItems(body: Uint8Array, items: readonly (readonly number[])[]): Uint8Array {
  const reader = new ByteReader(body);
  const count = encodeUnsigned(reader.unsigned() + items.length);
  return join([Uint8Array.from(count), body.subarray(reader.offset), ...items.map((item) => Uint8Array.from(item))]);
}

/** A vector section made of its items. */
export const vectorOf = (items: readonly Uint8Array[]): Uint8Array =>
  join([Uint8Array.from(encodeUnsigned(items.length)), ...items]);

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export const nameBytes = (name: string): number[] => {
  const bytes = [...new TextEncoder().encode(name)];
  return [...encodeUnsigned(bytes.length), ...bytes];
};
