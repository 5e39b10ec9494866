import { isBinary, isLoad, isStore, isUnary, OP, opens, type Instruction } from "./instructions.ts";
import type { Signatures } from "./signatures.ts";

/** Which locals a value was computed from; true where a load lies between. */
type Origins = ReadonlyMap<number, boolean>;

const NONE: Origins = new Map();

/**
 * The loops, by the place of their instruction, that may chase pointers: a turn loads from an address that an earlier turn
 * has loaded. Such a turn can take as long as memory takes to answer, a hundred times what its instructions take, and
 * nothing can be done meanwhile. The walk follows values through locals and the operand stack of straight code; where
 * paths join it forgets, so it misses some such loops. It decides about prices only.
 */
export function pointerChases(instructions: readonly Instruction[], signatures: Signatures): ReadonlySet<number> {
  const chasing = new Set<number>();
  const open: { readonly place: number; readonly flow: Flow | null }[] = [];
  let operands: Origins[] = [];
  const pop = (): Origins => operands.pop() ?? NONE;
  const take = (count: number): Origins => Array.from({ length: count }, pop).reduce(merge, NONE);
  const assign = (local: number, origins: Origins): void => {
    for (const { flow } of open) flow?.add(local, origins);
  };
  for (const [place, { opcode, sub, index }] of instructions.entries()) {
    if (opens(opcode)) {
      open.push({ place, flow: opcode === OP.loop ? new Flow() : null });
      operands = [];
    } else if (opcode === OP.end) {
      const closed = open.pop();
      if (closed?.flow?.chases) chasing.add(closed.place);
      operands = [];
    } else if (LEAVES.has(opcode)) operands = [];
    else if (opcode === OP.localGet) operands.push(new Map([[index, false]]));
    else if (opcode === OP.localSet) assign(index, pop());
    else if (opcode === OP.localTee) assign(index, operands.at(-1) ?? NONE);
    else if (PUSHES.has(opcode)) operands.push(NONE);
    else if (POPS.has(opcode)) pop();
    else if (isLoad(opcode)) operands.push(loaded(pop()));
    else if (isStore(opcode)) take(2);
    else if (isBinary(opcode)) operands.push(take(2));
    else if (opcode === OP.select || opcode === OP.selectTyped) operands.push(take(3));
    else if (opcode === OP.misc && sub > 7) take(3);
    else if (opcode === OP.call || opcode === OP.callIndirect) {
      const signature = opcode === OP.call ? signatures.ofFunction(index) : signatures.ofType(index);
      take(signature.parameters + (opcode === OP.callIndirect ? 1 : 0));
      for (let left = signature.results; left > 0; left--) operands.push(NONE);
    } else if (!isUnary(opcode) && !KEEPS.has(opcode)) operands = [];
  }
  return chasing;
}

const LEAVES: ReadonlySet<number> = new Set([OP.unreachable, OP.br, OP.brTable, OP.return, OP.else]);
const PUSHES: ReadonlySet<number> = new Set([OP.globalGet, OP.memorySize, OP.i32Const, OP.i64Const, 0x43, 0x44]);
const POPS: ReadonlySet<number> = new Set([OP.drop, OP.globalSet, OP.brIf]);
/** Leave the operands as they are, as far as origins go: nop and saturating truncations. */
const KEEPS: ReadonlySet<number> = new Set([0x01, OP.misc]);

function merge(a: Origins, b: Origins): Origins {
  if (a.size === 0) return b;
  if (b.size === 0) return a;
  const merged = new Map(a);
  for (const [local, isLoaded] of b) merged.set(local, isLoaded || (merged.get(local) ?? false));
  return merged;
}

const loaded = (origins: Origins): Origins => new Map(Array.from(origins.keys(), (local) => [local, true]));

/** What flows from local to local within a loop. */
class Flow {
  readonly #into = new Map<number, Origins>();

  add(local: number, origins: Origins): void {
    this.#into.set(local, merge(this.#into.get(local) ?? NONE, origins));
  }

  /** Whether some local comes back to itself through a load. */
  get chases(): boolean {
    for (const [local, origins] of this.#into) {
      for (const [origin, isLoaded] of origins) if (isLoaded && this.#reaches(local, origin)) return true;
    }
    return false;
  }

  #reaches(from: number, to: number): boolean {
    const seen = new Set([from]);
    for (const at of seen) {
      if (at === to) return true;
      for (const [local, origins] of this.#into) if (origins.has(at)) seen.add(local);
    }
    return false;
  }
}
