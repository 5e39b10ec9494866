import type { ByteReader } from "./leb128.ts";

/** Opcodes the meter acts on, by the names of the specification. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  misc: 0xfc,
} as const;

/** Second bytes of instructions with prefix 0xfc. */
export const MISC = { memoryCopy: 10, memoryFill: 11 } as const;

/** One instruction of a function body. */
export interface Instruction {
  readonly opcode: number;
  /** The second number of an instruction with a prefix; else 0. */
  readonly sub: number;
  /** The index it names: a local, a function, a type; else 0. */
  readonly index: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads a function body's instructions. Throws on an instruction outside WebAssembly 2.0 without SIMD: a binary the meter
 * does not fully understand must not pass as metered.
 */
export function decode(reader: ByteReader, body: Uint8Array): Instruction[] {
  const found: Instruction[] = [];
  while (!reader.done) {
    const start = reader.offset;
    const opcode = reader.byte();
    const [sub, index] = opcode === OP.misc ? [stepOverMisc(reader, start), 0] : [0, stepOver(opcode, reader, start)];
    found.push({ opcode, sub, index, bytes: body.subarray(start, reader.offset) });
  }
  return found;
}

/** Steps over what follows an opcode, and gives the index in it. */
function stepOver(opcode: number, reader: ByteReader, at: number): number {
  switch (opcode) {
    case OP.call:
    case OP.localGet:
    case OP.localSet:
    case OP.localTee:
      return reader.unsigned();
    case OP.block:
    case OP.loop:
    case OP.if:
    case OP.br:
    case OP.brIf:
    case OP.globalGet:
    case OP.globalSet:
    case 0x25: // table.get
    case 0x26: // table.set
    case OP.memorySize:
    case OP.i32Const:
    case OP.i64Const:
    case 0xd0: // ref.null
    case 0xd2: // ref.func
      reader.skipLeb();
      return 0;
    case OP.callIndirect: {
      const type = reader.unsigned();
      reader.skipLeb();
      return type;
    }
    case OP.brTable:
      for (let labels = reader.unsigned(); labels >= 0; labels--) reader.skipLeb();
      return 0;
    case OP.selectTyped:
      reader.skip(reader.unsigned());
      return 0;
    case 0x43: // f32.const
      reader.skip(4);
      return 0;
    case 0x44: // f64.const
      reader.skip(8);
      return 0;
    default:
      if (isLoad(opcode) || isStore(opcode)) {
        reader.skipLeb();
        reader.skipLeb();
        return 0;
      }
      if (hasNoImmediate(opcode)) return 0;
      throw new RangeError(`instruction 0x${opcode.toString(16)} at byte ${at} is not known to the meter`);
  }
}

/** Steps over an instruction with prefix 0xfc, and gives its second number. */
function stepOverMisc(reader: ByteReader, at: number): number {
  const sub = reader.unsigned();
  const immediates = sub <= 7 ? 0 : sub === MISC.memoryCopy ? 2 : sub === MISC.memoryFill ? 1 : null;
  if (immediates === null) throw new RangeError(`instruction 0xfc ${sub} at byte ${at} is not known to the meter`);
  for (let left = immediates; left > 0; left--) reader.skipLeb();
  return sub;
}

export const isLoad = (opcode: number): boolean => opcode >= 0x28 && opcode <= 0x35;
export const isStore = (opcode: number): boolean => opcode >= 0x36 && opcode <= 0x3e;

/** Numeric instructions with one operand: tests for zero, bit counts, roundings, roots and conversions. */
export const isUnary = (opcode: number): boolean =>
  opcode === 0x45 ||
  opcode === 0x50 ||
  (opcode >= 0x67 && opcode <= 0x69) ||
  (opcode >= 0x79 && opcode <= 0x7b) ||
  (opcode >= 0x8b && opcode <= 0x91) ||
  (opcode >= 0x99 && opcode <= 0x9f) ||
  (opcode >= 0xa7 && opcode <= 0xc4);

/** Numeric instructions with two operands. */
export const isBinary = (opcode: number): boolean => opcode >= 0x46 && opcode <= 0xa6 && !isUnary(opcode);

const hasNoImmediate = (opcode: number): boolean =>
  opcode <= 0x01 || // unreachable, nop
  opcode === OP.else ||
  opcode === OP.end ||
  opcode === OP.return ||
  opcode === OP.drop ||
  opcode === OP.select ||
  (opcode >= 0x45 && opcode <= 0xc4) ||
  opcode === 0xd1; // ref.is_null

/** What opens a construct that an `end` closes. */
export const opens = (opcode: number): boolean => opcode === OP.block || opcode === OP.loop || opcode === OP.if;

export const isBulk = ({ opcode, sub }: Instruction): boolean =>
  opcode === OP.misc && (sub === MISC.memoryCopy || sub === MISC.memoryFill);
