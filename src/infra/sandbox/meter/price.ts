import { isLoad, isStore, OP, type Instruction } from "./instructions.ts";

/**
 * What an instruction costs, in units of fuel: about a third of a nanosecond on a slow machine, whatever the instruction.
 * Names and constants are free, since they become part of the instructions that use them. What is measured is not one
 * instruction but programs of them: `test/sandbox/hostile` has the programs.
 */
export function price({ opcode }: Instruction): number {
  if (FREE.has(opcode)) return 0;
  if (isLoad(opcode) || isStore(opcode)) return 2;
  return DEAR.get(opcode) ?? 1;
}

const FREE: ReadonlySet<number> = new Set([
  0x01, // nop
  OP.block,
  OP.loop,
  OP.else,
  OP.end,
  OP.drop,
  OP.localGet,
  OP.localSet,
  OP.localTee,
  OP.i32Const,
  OP.i64Const,
  0x43, // f32.const
  0x44, // f64.const
]);

const DEAR: ReadonlyMap<number, number> = new Map([
  [OP.brTable, 6],
  [OP.call, 6],
  [OP.callIndirect, 10],
  ...[0x6d, 0x6e, 0x6f, 0x70].map((division) => [division, 12] as const), // 32 bits
  ...[0x7f, 0x80, 0x81, 0x82].map((division) => [division, 16] as const), // 64 bits
  ...[0x91, 0x95, 0x9f, 0xa3].map((slow) => [slow, 8] as const), // roots and divisions of floats
  [OP.misc, 20],
]);

/** A bulk copy costs a unit for so many bytes, as a power of two. */
export const BULK_BYTES_SHIFT = 1;

/** What entering a function costs beside its instructions. */
export const ENTRY_PRICE = 2;

/** What a turn of a loop costs beside its instructions. */
export const TURN_PRICE = 1;

/** What a turn costs at least, from the second on, in a loop that may wait for memory in every turn. */
export const CHASE_PRICE = 150;

/**
 * Bytes of the host's stack that a call takes: for the 32-bit and the 64-bit values it keeps, for what a compiler sets aside
 * in long code, and for every call. Recursion of twelve kinds was driven until the host's stack gave out, in Node and in
 * workerd, compiled in haste and with care: the truth was 0.5 to 1.06 of this.
 */
export const frameBytes = (narrow: number, wide: number, instructions: number): number =>
  4 * narrow + 8 * wide + Math.floor(instructions / 64) + 100;
