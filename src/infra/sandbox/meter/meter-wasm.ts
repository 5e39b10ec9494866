import { METER_EXPORTS } from "./exports.ts";
import { ByteReader, encodeUnsigned } from "./leb128.ts";
import { meterFunction, type MeterGlobals } from "./meter-function.ts";
import { appendItems, itemCount, join, nameBytes, readSections, SECTION, vectorOf, writeSections } from "./sections.ts";
import { readSignatures } from "./signatures.ts";

const MUTABLE_I32 = [0x7f, 0x01];
const MUTABLE_I64 = [0x7e, 0x01];
const LARGEST_I64 = [0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x0b];
const LARGEST_I32 = [0x41, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0b];
const ZERO_I32 = [0x41, 0x00, 0x0b];
const GLOBAL = 0x03;

/**
 * Rewrites a WebAssembly binary so that all it does is paid for: every instruction executed, every byte copied in bulk,
 * and the host's stack that its calls take. Running out of either traps, at the same point of the work on every machine.
 * An interpreter that polls a handler between bytecodes is bounded only as far as it polls: one bytecode may search 2^53
 * holes, an error may be caught, a job may follow a job. Counting in the binary itself has no such gaps.
 *
 * The globals METER_EXPORTS are appended to its exports; whoever does not set them is not limited, except that the heap
 * is as large as they say. Throws a RangeError on a binary it does not fully understand.
 */
export function meterWasm(binary: Uint8Array): Uint8Array {
  const sections = readSections(binary);
  const signatures = readSignatures(sections);
  const first = signatures.importedGlobals + itemCount(sections.get(SECTION.global));
  const globals: MeterGlobals = { fuel: first, stack: first + 1, heap: first + 2 };
  const exported = (name: string, global: number): number[] => [...nameBytes(name), GLOBAL, ...encodeUnsigned(global)];

  const reader = new ByteReader(sections.get(SECTION.code));
  const bodies = Array.from({ length: reader.unsigned() }, (_, place) => {
    const body = meterFunction(reader.takeVector(), signatures.ofBody(place), signatures, globals);
    return join([Uint8Array.from(encodeUnsigned(body.length)), body]);
  });
  return writeSections(
    sections,
    new Map([
      [
        SECTION.global,
        appendItems(sections.get(SECTION.global), [
          [...MUTABLE_I64, ...LARGEST_I64],
          [...MUTABLE_I32, ...LARGEST_I32],
          [...MUTABLE_I32, ...ZERO_I32],
        ]),
      ],
      [
        SECTION.export,
        appendItems(sections.get(SECTION.export), [
          exported(METER_EXPORTS.fuel, globals.fuel),
          exported(METER_EXPORTS.stack, globals.stack),
          exported(METER_EXPORTS.heap, globals.heap),
        ]),
      ],
      [SECTION.code, vectorOf(bodies)],
    ]),
  );
}
