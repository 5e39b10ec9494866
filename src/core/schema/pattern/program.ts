import { takes, textOfSet, WORD, type CharSet } from "./char-set.ts";
import type { Edge, PatternNode } from "./pattern-node.ts";

/** What an instruction does. */
export const OP = {
  /** Takes a character of set `x` and goes on behind itself. */
  take: 0,
  /** Goes on at `x` and at `y`. */
  split: 1,
  /** Goes on at `x`. */
  jump: 2,
  /** Goes on behind itself at the edge numbered `x`. */
  edge: 3,
  /** The pattern has matched. */
  match: 4,
} as const;

/** Edges by their number. */
export const EDGES: readonly Edge[] = ["start", "end", "boundary", "inside"];

/** A pattern as instructions of a machine with many places at once (Thompson 1968). */
export interface Program {
  readonly op: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** The sets that instructions speak of, each once. */
  readonly sets: readonly CharSet[];
  /** Whether every way through the pattern begins at the start of the text. */
  readonly anchored: boolean;
  /** Whether the pattern asks for edges of words. */
  readonly words: boolean;
}

/** Writes a pattern out as instructions. Its size has been checked: counted repetitions are written one by one. */
export function programOf(node: PatternNode): Program {
  const writer = new Writer();
  writer.write(node);
  writer.add(OP.match);
  const { op, x, y, sets } = writer;
  const words = op.some((one, pc) => one === OP.edge && (x[pc] ?? 0) >= 2);
  return { op, x, y, sets, anchored: beginsAtStart(node), words };
}

class Writer {
  readonly op: number[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly sets: CharSet[] = [];
  readonly #numbers = new Map<string, number>();

  add(op: number, x = 0, y = 0): number {
    this.x.push(x);
    this.y.push(y);
    return this.op.push(op) - 1;
  }

  write(node: PatternNode): void {
    switch (node.kind) {
      case "empty":
        return;
      case "set":
        return void this.add(OP.take, this.#numberOf(node.set));
      case "edge":
        return void this.add(OP.edge, EDGES.indexOf(node.edge));
      case "sequence":
        return node.parts.forEach((part) => this.write(part));
      case "choice":
        return this.#choice(node.options);
      case "repeat":
        return this.#repeat(node.part, node.min, node.max);
    }
  }

  #numberOf(set: CharSet): number {
    const text = textOfSet(set);
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.sets.push(set) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  #choice(options: readonly PatternNode[]): void {
    const ends: number[] = [];
    options.forEach((option, i) => {
      if (i === options.length - 1) return this.write(option);
      const split = this.add(OP.split, this.op.length + 1);
      this.write(option);
      ends.push(this.add(OP.jump));
      this.y[split] = this.op.length;
    });
    for (const end of ends) this.x[end] = this.op.length;
  }

  #repeat(part: PatternNode, min: number, max: number | null): void {
    for (let i = 0; i < (max === null ? min - 1 : min); i++) this.write(part);
    if (max !== null) {
      const splits: number[] = [];
      for (let i = min; i < max; i++) {
        splits.push(this.add(OP.split, this.op.length + 1));
        this.write(part);
      }
      for (const split of splits) this.y[split] = this.op.length;
    } else if (min === 0) {
      const split = this.add(OP.split, this.op.length + 1);
      this.write(part);
      this.add(OP.jump, split);
      this.y[split] = this.op.length;
    } else {
      const from = this.op.length;
      this.write(part);
      this.add(OP.split, from, this.op.length + 1);
    }
  }
}

function beginsAtStart(node: PatternNode): boolean {
  switch (node.kind) {
    case "edge":
      return node.edge === "start";
    case "sequence": {
      const [first] = node.parts;
      return first !== undefined && beginsAtStart(first);
    }
    case "choice":
      return node.options.every(beginsAtStart);
    case "repeat":
      return node.min > 0 && beginsAtStart(node.part);
    default:
      return false;
  }
}

/** Which sets take the character, as a text of zeros and ones; the last tells whether words are made of it. */
export function membership({ sets, words }: Program, codePoint: number): string {
  let text = "";
  for (const set of sets) text += takes(set, codePoint) ? "1" : "0";
  return text + (words && takes(WORD, codePoint) ? "1" : "0");
}
