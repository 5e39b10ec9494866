import { OP, opens, type Instruction } from "./instructions.ts";
import { CHASE_PRICE, price, TURN_PRICE } from "./price.ts";

/** Fuel taken at a place of a function's code; `turn` stands at the head of a loop. */
export interface Charge {
  readonly kind: "charge" | "turn";
  readonly cost: number;
}

/** A function's code with what is taken where. */
export interface ChargedCode {
  /** Taken when the function is entered. */
  readonly entry: number;
  readonly pieces: readonly (Instruction | Charge)[];
}

/** Below this a charge covers paths that may not be taken, rather than there being one for each. */
const COARSE = 40;

/**
 * Decides what is taken where, so that whatever is executed was paid for before: a charge covers the code that follows it
 * in the text, up to the next charge, and nothing can come there but through it. That breaks off where a construct ends
 * that was opened before the charge, since jumps to its end come from before it, and at the head and the end of loops.
 * It is broken off as well where a path forks and enough has gathered, lest paths pay for each other.
 *
 * The price is therefore an upper bound that exceeds what is executed by at most COARSE and one straight piece of code
 * for each charge that is passed.
 */
export function chargeCode(instructions: readonly Instruction[], chases: ReadonlySet<number>): ChargedCode {
  const small = smallLoops(instructions);
  const pieces: (Instruction | { readonly kind: Charge["kind"]; cost: number })[] = [];
  /** The charge under which each construct was opened. */
  const open: number[] = [];
  const entry = { kind: "charge" as const, cost: 0 };
  let current: { readonly kind: Charge["kind"]; cost: number } = entry;
  let charge = 0;
  let forked = false;
  const renew = (kind: Charge["kind"] = "charge"): void => {
    current = { kind, cost: kind === "turn" ? TURN_PRICE : 0 };
    charge++;
    pieces.push(current);
  };
  for (const [place, instruction] of instructions.entries()) {
    const { opcode } = instruction;
    current.cost += price(instruction);
    const isChase = chases.has(place) && small.has(place);
    // Given before the loop and taken at its head: the first turn chases nothing yet.
    if (isChase) pieces.push({ kind: "charge", cost: -CHASE_PRICE });
    pieces.push(instruction);
    if (opens(opcode)) {
      open.push(charge);
      if (opcode === OP.loop) {
        renew("turn");
        if (isChase) current.cost += CHASE_PRICE;
      } else if (opcode === OP.if && current.cost >= COARSE) renew();
    } else if (opcode === OP.else) {
      if (open.at(-1) !== charge || current.cost >= COARSE) renew();
    } else if (opcode === OP.end) {
      const openedUnder = open.pop();
      // The function's own end.
      if (openedUnder === undefined) continue;
      if (openedUnder !== charge || forked || current.cost >= COARSE) renew();
      forked = false;
    } else if (opcode === OP.brTable) forked = true;
    else if (opcode === OP.brIf && current.cost >= COARSE) renew();
  }
  return { entry: entry.cost, pieces };
}

/** Loops whose turns cost less than waiting for memory does. */
function smallLoops(instructions: readonly Instruction[]): ReadonlySet<number> {
  const small = new Set<number>();
  const open: { readonly place: number; readonly before: number }[] = [];
  let cost = 0;
  for (const [place, instruction] of instructions.entries()) {
    cost += price(instruction);
    if (opens(instruction.opcode)) open.push({ place, before: cost });
    if (instruction.opcode !== OP.end) continue;
    const closed = open.pop();
    if (closed && cost - closed.before < CHASE_PRICE) small.add(closed.place);
  }
  return small;
}
