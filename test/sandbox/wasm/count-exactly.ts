import { decode, OP } from "../../../src/infra/sandbox/meter/instructions.ts";
import { ByteReader, encodeSigned, encodeUnsigned } from "../../../src/infra/sandbox/meter/leb128.ts";
import { price } from "../../../src/infra/sandbox/meter/price.ts";
import {
  appendItems,
  itemCount,
  join,
  nameBytes,
  readSections,
  SECTION,
  vectorOf,
  writeSections,
} from "../../../src/infra/sandbox/meter/sections.ts";
import { readSignatures } from "../../../src/infra/sandbox/meter/signatures.ts";

/**
 * The plainest meter there could be: each instruction pays for itself right before it is executed, out of a global `fuel`
 * that nobody looks at. What the real one takes is compared with it.
 */
export function countExactly(binary: Uint8Array): Uint8Array {
  const sections = readSections(binary);
  const fuel = readSignatures(sections).importedGlobals + itemCount(sections.get(SECTION.global));
  const global = encodeUnsigned(fuel);
  const reader = new ByteReader(sections.get(SECTION.code));
  const bodies = Array.from({ length: reader.unsigned() }, () => {
    const body = reader.takeVector();
    const inside = new ByteReader(body);
    for (let groups = inside.unsigned(); groups > 0; groups--) {
      inside.skipLeb();
      inside.skip(1);
    }
    const head = body.subarray(0, inside.offset);
    const code = decode(inside, body).map((instruction) => {
      const cost = price(instruction);
      if (cost === 0) return instruction.bytes;
      const pay = [OP.globalGet, ...global, OP.i64Const, ...encodeSigned(cost), 0x7d, OP.globalSet, ...global];
      return join([Uint8Array.from(pay), instruction.bytes]);
    });
    const whole = join([head, ...code]);
    return join([Uint8Array.from(encodeUnsigned(whole.length)), whole]);
  });
  const items = [[0x7e, 0x01, 0x42, 0x00, 0x0b]];
  return writeSections(
    sections,
    new Map([
      [SECTION.global, appendItems(sections.get(SECTION.global), items)],
      [SECTION.export, appendItems(sections.get(SECTION.export), [[...nameBytes("fuel"), 0x03, ...global]])],
      [SECTION.code, vectorOf(bodies)],
    ]),
  );
}
