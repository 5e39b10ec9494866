import type { ByteReader } from "./leb128.ts";

/** Instructions the meter acts on; everything else is copied. */
export type Found = "loop" | "bulk" | "other";

const LOOP = 0x03;
const PREFIX_MISC = 0xfc;
const MEMORY_COPY = 10;
const MEMORY_FILL = 11;

/**
 * Steps over one instruction of a function body and says whether it begins a loop or moves memory in bulk. Throws on an
 * instruction outside WebAssembly 2.0 without SIMD: a binary the meter does not fully understand must not pass as metered.
 */
export function stepOver(reader: ByteReader): Found {
  const at = reader.offset;
  const opcode = reader.byte();
  switch (opcode) {
    case LOOP:
      reader.skipLeb();
      return "loop";
    case 0x02: // block
    case 0x04: // if
    case 0x0c: // br
    case 0x0d: // br_if
    case 0x10: // call
    case 0x20: // local.get
    case 0x21: // local.set
    case 0x22: // local.tee
    case 0x23: // global.get
    case 0x24: // global.set
    case 0x25: // table.get
    case 0x26: // table.set
    case 0x3f: // memory.size
    case 0x40: // memory.grow
    case 0x41: // i32.const
    case 0x42: // i64.const
    case 0xd0: // ref.null
    case 0xd2: // ref.func
      reader.skipLeb();
      return "other";
    case 0x11: // call_indirect
      reader.skipLeb();
      reader.skipLeb();
      return "other";
    case 0x0e: // br_table
      for (let labels = reader.unsigned(); labels >= 0; labels--) reader.skipLeb();
      return "other";
    case 0x1c: // select with types
      reader.skip(reader.unsigned());
      return "other";
    case 0x43: // f32.const
      reader.skip(4);
      return "other";
    case 0x44: // f64.const
      reader.skip(8);
      return "other";
    case PREFIX_MISC:
      return stepOverMisc(reader, at);
    default:
      if (opcode >= 0x28 && opcode <= 0x3e) {
        reader.skipLeb();
        reader.skipLeb();
        return "other";
      }
      if (hasNoImmediate(opcode)) return "other";
      throw new RangeError(`instruction 0x${opcode.toString(16)} at byte ${at} is not known to the meter`);
  }
}

function stepOverMisc(reader: ByteReader, at: number): Found {
  const sub = reader.unsigned();
  if (sub <= 7) return "other"; // saturating truncations
  switch (sub) {
    case MEMORY_COPY:
      reader.skipLeb();
      reader.skipLeb();
      return "bulk";
    case MEMORY_FILL:
      reader.skipLeb();
      return "bulk";
    case 8: // memory.init
    case 12: // table.init
    case 14: // table.copy
      reader.skipLeb();
      reader.skipLeb();
      return "other";
    case 9: // data.drop
    case 13: // elem.drop
    case 15: // table.grow
    case 16: // table.size
    case 17: // table.fill
      reader.skipLeb();
      return "other";
    default:
      throw new RangeError(`instruction 0xfc ${sub} at byte ${at} is not known to the meter`);
  }
}

const hasNoImmediate = (opcode: number): boolean =>
  opcode <= 0x01 || // unreachable, nop
  opcode === 0x05 || // else
  opcode === 0x0b || // end
  opcode === 0x0f || // return
  opcode === 0x1a || // drop
  opcode === 0x1b || // select
  (opcode >= 0x45 && opcode <= 0xc4) || // numeric
  opcode === 0xd1; // ref.is_null
