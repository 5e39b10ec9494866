import { chargeCode, type Charge } from "./charges.ts";
import { pointerChases } from "./chases.ts";
import { decode, isBulk, OP, opens, type Instruction } from "./instructions.ts";
import { ByteReader, encodeSigned, encodeUnsigned } from "./leb128.ts";
import { BULK_BYTES_SHIFT, ENTRY_PRICE, frameBytes } from "./price.ts";
import type { Signature, Signatures } from "./signatures.ts";

/** Indices of the globals a metered binary has gained. */
export interface MeterGlobals {
  readonly fuel: number;
  readonly stack: number;
  readonly heap: number;
}

const I32 = 0x7f;
const I64 = 0x7e;
/** Types of 32 bits: i32 and f32. */
const NARROW: ReadonlySet<number> = new Set([I32, 0x7d]);
const I64_SUB = 0x7d;
const TRAP_IF = [0x04, 0x40, 0x00, 0x0b]; // if, unreachable, end

/**
 * A function's body with the meter in it. Charges gather in a local; the head of every loop, and the function's end, hand
 * them on to the global tank, and what empties the tank traps. A function that calls another takes its frame from the
 * stack's budget for as long as it runs. Wherever the body left its function, it now leaves a block around it, so that
 * there is one place to settle.
 */
export function meterFunction(
  body: Uint8Array,
  signature: Signature,
  signatures: Signatures,
  globals: MeterGlobals,
): Uint8Array {
  const reader = new ByteReader(body);
  const groups = reader.unsigned();
  const groupsFrom = reader.offset;
  let narrow = 0;
  let wide = signature.parameters;
  for (let left = groups; left > 0; left--) {
    const count = reader.unsigned();
    if (NARROW.has(reader.byte())) narrow += count;
    else wide += count;
  }
  const locals = narrow + wide;
  const declared = body.subarray(groupsFrom, reader.offset);
  const code = decode(reader, body);
  const { entry, pieces } = chargeCode(code, pointerChases(code, signatures));
  const emit = emitter(globals, { i32: locals, sum: locals + 1, rest: locals + 2 });
  const callsOthers = code.some(({ opcode }) => opcode === OP.call || opcode === OP.callIndirect);
  const gathers = pieces.some((piece) => "kind" in piece && (piece.kind === "turn" || piece.cost !== 0));

  const out = [...encodeUnsigned(groups + 3), ...declared, 1, I32, 1, I64, 1, I64];
  const frame = frameBytes(narrow + 1, wide + 2, code.length);
  out.push(...(callsOthers ? emit.enter(entry + ENTRY_PRICE, frame) : emit.take(entry + ENTRY_PRICE)));
  out.push(OP.block, signature.blockType);
  let depth = 0;
  for (const piece of pieces) {
    if ("kind" in piece) {
      for (const byte of emit.charge(piece)) out.push(byte);
      continue;
    }
    if (opens(piece.opcode)) depth++;
    if (piece.opcode === OP.end) depth--;
    for (const byte of emit.instruction(piece, depth)) out.push(byte);
  }
  // The body's own end has closed the block.
  if (gathers) out.push(...emit.handOn());
  if (callsOthers) out.push(...emit.leave(frame));
  out.push(OP.end);
  return Uint8Array.from(out);
}

/** Locals of the meter in a function. */
interface Scratch {
  readonly i32: number;
  /** What has gathered since the tank was last charged. */
  readonly sum: number;
  readonly rest: number;
}

function emitter(globals: MeterGlobals, scratch: Scratch) {
  const get = (global: number): number[] => [OP.globalGet, ...encodeUnsigned(global)];
  const set = (global: number): number[] => [OP.globalSet, ...encodeUnsigned(global)];
  const local = (opcode: number, index: number): number[] => [opcode, ...encodeUnsigned(index)];
  const i64 = (value: number): number[] => [OP.i64Const, ...encodeSigned(value)];
  const isNegative = [...i64(0), 0x53]; // i64.lt_s
  const { fuel, stack, heap } = globals;

  return {
    /** Charges the tank without looking: whoever calls nothing and has no loop ends soon. */
    take: (cost: number): number[] => [...get(fuel), ...i64(cost), I64_SUB, ...set(fuel)],

    /** Charges the tank and the stack, and traps when either is empty: one of them is negative. */
    enter: (cost: number, frame: number): number[] => [
      ...get(fuel),
      ...i64(cost),
      ...[I64_SUB, ...local(OP.localTee, scratch.rest), ...set(fuel)],
      ...[...get(stack), OP.i32Const, ...encodeSigned(frame), 0x6b], // i32.sub
      ...[...local(OP.localTee, scratch.i32), ...set(stack)],
      ...[...local(OP.localGet, scratch.rest), ...i64(32), 0x87, 0xa7], // i64.shr_s, i32.wrap_i64
      ...[...local(OP.localGet, scratch.i32), 0x72, OP.i32Const, 0x00, 0x48], // i32.or, i32.lt_s
      ...TRAP_IF,
    ],

    leave: (frame: number): number[] => [
      ...get(stack),
      OP.i32Const,
      ...encodeSigned(frame),
      0x6a, // i32.add
      ...set(stack),
    ],

    charge({ kind, cost }: Charge): number[] {
      if (kind === "turn") {
        return [
          ...[...get(fuel), ...local(OP.localGet, scratch.sum), I64_SUB, ...i64(cost), I64_SUB],
          ...[...local(OP.localTee, scratch.rest), ...set(fuel), ...i64(0), ...local(OP.localSet, scratch.sum)],
          ...[...local(OP.localGet, scratch.rest), ...isNegative, ...TRAP_IF],
        ];
      }
      if (cost === 0) return [];
      return [...local(OP.localGet, scratch.sum), ...i64(cost), 0x7c, ...local(OP.localSet, scratch.sum)]; // i64.add
    },

    handOn: (): number[] => [...get(fuel), ...local(OP.localGet, scratch.sum), I64_SUB, ...set(fuel)],

    instruction(instruction: Instruction, depth: number): readonly number[] | Uint8Array {
      if (instruction.opcode === OP.return) return [OP.br, ...encodeUnsigned(depth)];
      // The heap is as large as the host says: it can be made small again, a memory cannot.
      if (instruction.opcode === OP.memorySize) return get(heap);
      if (!isBulk(instruction)) return instruction.bytes;
      return [
        ...local(OP.localTee, scratch.i32),
        ...[...get(fuel), ...local(OP.localGet, scratch.i32), 0xad, ...i64(BULK_BYTES_SHIFT), 0x88], // extend, shr_u
        ...[I64_SUB, ...local(OP.localTee, scratch.rest), ...set(fuel)],
        ...[...local(OP.localGet, scratch.rest), ...isNegative, ...TRAP_IF],
        ...instruction.bytes,
      ];
    },
  };
}
