import fc from "fast-check";
import { LOCALS, type TestFunction } from "./assemble.ts";

/** A piece of a program that ends by itself; numbers choose locals and constants. */
export type Piece =
  | { readonly kind: "set"; readonly local: number; readonly from: number; readonly value: number }
  | { readonly kind: "load"; readonly local: number; readonly from: number }
  | { readonly kind: "call"; readonly local: number; readonly from: number }
  | { readonly kind: "if"; readonly local: number; readonly yes: readonly Piece[]; readonly no: readonly Piece[] }
  | { readonly kind: "skip"; readonly local: number; readonly body: readonly Piece[]; readonly always: boolean }
  | { readonly kind: "switch"; readonly local: number; readonly arms: readonly (readonly Piece[])[] }
  | { readonly kind: "repeat"; readonly turns: number; readonly body: readonly Piece[] }
  | { readonly kind: "return"; readonly local: number };

/** The last local counts turns, so no piece writes it; nested loops share it and stay short. */
const COUNTER = LOCALS;
const local = fc.integer({ min: 0, max: LOCALS - 1 });
const value = fc.integer({ min: 0, max: 63 });

const { pieces } = fc.letrec<{ pieces: readonly Piece[]; piece: Piece }>((tie) => ({
  pieces: fc.array(tie("piece"), { maxLength: 5, depthIdentifier: "piece" }),
  piece: fc.oneof(
    { depthSize: "small", withCrossShrink: true, depthIdentifier: "piece" },
    fc.record({ kind: fc.constant("set" as const), local, from: local, value }),
    fc.record({ kind: fc.constant("load" as const), local, from: local }),
    fc.record({ kind: fc.constant("call" as const), local, from: local }),
    fc.record({ kind: fc.constant("return" as const), local }),
    fc.record({ kind: fc.constant("if" as const), local, yes: tie("pieces"), no: tie("pieces") }),
    fc.record({ kind: fc.constant("skip" as const), local, body: tie("pieces"), always: fc.boolean() }),
    fc.record({
      kind: fc.constant("switch" as const),
      local,
      arms: fc.array(tie("pieces"), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant("repeat" as const),
      turns: fc.integer({ min: 1, max: 6 }),
      body: tie("pieces"),
    }),
  ),
}));

/** Programs of two functions; the first may call the second. */
export const programs: fc.Arbitrary<readonly TestFunction[]> = fc.tuple(pieces, pieces).map(([first, second]) => [
  { name: "first", code: [...codeOf(first), 0x20, 0] },
  { name: "second", code: [...codeOf(withoutCalls(second)), 0x20, 0] },
]);

const codeOf = (list: readonly Piece[]): number[] => list.flatMap(code);

function code(piece: Piece): number[] {
  switch (piece.kind) {
    case "set": // local = from * 3 + value
      return [0x20, piece.from, 0x41, 3, 0x6c, 0x41, piece.value, 0x6a, 0x21, piece.local];
    case "load": // local = memory[from & 255]
      return [0x20, piece.from, 0x41, 0xff, 0x01, 0x71, 0x28, 2, 0, 0x21, piece.local];
    case "call": // local = second(from)
      return [0x20, piece.from, 0x10, 1, 0x21, piece.local];
    case "return":
      return [0x20, piece.local, 0x0f];
    case "if":
      return [0x20, piece.local, 0x41, 1, 0x71, 0x04, 0x40, ...codeOf(piece.yes), 0x05, ...codeOf(piece.no), 0x0b];
    case "skip": // out of the block before its body, or after it
      return piece.always
        ? [0x02, 0x40, ...codeOf(piece.body), 0x0c, 0, 0x0b]
        : [0x02, 0x40, 0x20, piece.local, 0x41, 1, 0x71, 0x0d, 0, ...codeOf(piece.body), 0x0b];
    case "switch": {
      const { arms } = piece;
      const table = [0x20, piece.local, 0x0e, arms.length - 1, ...arms.map((_, arm) => arm)];
      return arms.reduce<number[]>(
        (inner, arm) => [0x02, 0x40, ...inner, 0x0b, ...codeOf(arm)],
        [0x02, 0x40, ...table, 0x0b],
      );
    }
    case "repeat": // counter = turns; do { body; counter -= 1 } while (counter > 0)
      return [
        ...[0x41, piece.turns, 0x21, COUNTER, 0x03, 0x40, ...codeOf(piece.body)],
        ...[0x20, COUNTER, 0x41, 1, 0x6b, 0x22, COUNTER, 0x41, 0, 0x4a, 0x0d, 0, 0x0b],
      ];
  }
}

function withoutCalls(list: readonly Piece[]): readonly Piece[] {
  return list.flatMap((piece): readonly Piece[] => {
    switch (piece.kind) {
      case "call":
        return [];
      case "if":
        return [{ ...piece, yes: withoutCalls(piece.yes), no: withoutCalls(piece.no) }];
      case "skip":
      case "repeat":
        return [{ ...piece, body: withoutCalls(piece.body) }];
      case "switch":
        return [{ ...piece, arms: piece.arms.map(withoutCalls) }];
      default:
        return [piece];
    }
  });
}
