import fc from "fast-check";
import { expect, it } from "vitest";
import { MAX_CHAR_BYTES, utf8Bytes } from "../../../src/core/run/model/utf8.ts";

const encoded = (text: string): number => new TextEncoder().encode(text).byteLength;
/** Every unit there is, so that halves of pairs stand alone, too. */
const units = fc
  .array(fc.oneof(fc.nat(0xffff), fc.integer({ min: 0xd7fe, max: 0xe001 }), fc.constantFrom(0x7f, 0x80, 0x7ff, 0x800)))
  .map((list) => String.fromCharCode(...list));

it("counts the bytes that encoding a text would give", () => {
  fc.assert(
    fc.property(units, (text) => {
      expect(utf8Bytes(text)).toBe(encoded(text));
      expect(utf8Bytes(text)).toBeLessThanOrEqual(text.length * MAX_CHAR_BYTES);
    }),
  );
});
