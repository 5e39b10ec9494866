import type { Budget } from "../budget.ts";
import { EDGES, membership, OP, type Program } from "./program.ts";

/** What was built of a pattern is forgotten when it holds more numbers: in the middle of a text, and between two. */
const MAX_CELLS = 200_000;
const MAX_KEPT_CELLS = 20_000;
/** Beyond ASCII: characters whose class is remembered, and classes that are kept. */
const MAX_CHARACTERS = 2_000;
const MAX_KEPT_CLASSES = 500;

const START = 0;
const AFTER_WORD = 1;
const AFTER_OTHER = 2;

/** What comes next, as far as edges ask. */
const OTHER = 0;
const WORD = 1;
const END = 2;

/** Something that was built, and the question it was last counted in. */
interface Counted {
  question: number;
}

/** Where the machine stands before one character. */
interface Opening extends Counted {
  /** Instructions that would take it; null where the pattern has matched already. */
  readonly takers: readonly number[] | null;
  /** Instructions that were looked at to find out. */
  readonly steps: number;
}

/** The places a machine is at, all at once. */
interface State extends Counted {
  readonly places: readonly number[];
  readonly context: number;
  /** By what comes next. */
  readonly openings: (Opening | undefined)[];
  /** By class of character: where it leads, and the question in which that was last counted. */
  readonly next: (State | undefined)[];
  readonly counted: number[];
}

interface Character extends Counted {
  readonly cls: number;
}

/**
 * Decides whether a pattern matches anywhere in a text, in time linear in the text: all places of the machine are
 * followed at once, and sets of places that were met before are found again as states (the lazy automaton of RE2).
 * Work is counted as if nothing had been met before the question, so the count does not depend on earlier ones.
 */
export class Automaton {
  readonly #program: Program;
  /** Classes of the first characters, −1 where not known yet. */
  readonly #ascii = new Int32Array(128).fill(-1);
  readonly #characters = new Map<number, Character>();
  #charactersOfQuestion = 0;
  readonly #classes = new Map<string, number>();
  /** By class: which sets take its characters. */
  readonly #members: string[] = [];
  readonly #states = new Map<string, State>();
  #start: State;
  readonly #seen: Uint32Array;
  #looks = 0;
  #cells = 0;
  #cellsOfQuestion = 0;
  #asked: Budget | null = null;
  #question = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#seen = new Uint32Array(program.op.length);
    this.#start = this.#state([0], START);
  }

  /** Whether the pattern matches anywhere in the text. A question is one `work`, whatever number of texts it is spent on. */
  test(text: string, work: Budget): boolean {
    if (this.#asked !== work) this.#begin(work);
    const ascii = this.#ascii;
    let state = this.#start;
    let i = 0;
    while (i < text.length) {
      const code = text.charCodeAt(i++);
      let cls = 0;
      if (code < 128) {
        cls = ascii[code] ?? 0;
        if (cls < 0) cls = ascii[code] = this.#classNamed(membership(this.#program, code));
      } else {
        const codePoint = text.codePointAt(i - 1) ?? code;
        if (codePoint > 0xffff) i++;
        cls = this.#classOf(codePoint, work);
      }
      const next = state.counted[cls] === this.#question ? state.next[cls] : this.#follow(state, cls, work);
      if (next === undefined || next.places.length === 0) {
        work.spend(8 + (i >> 1));
        return next === undefined;
      }
      state = next;
    }
    work.spend(8 + (i >> 1));
    return this.#opening(state, END, work).takers === null;
  }

  #begin(work: Budget): void {
    this.#asked = work;
    this.#question++;
    this.#cellsOfQuestion = 0;
    this.#charactersOfQuestion = 0;
    if (this.#cells > MAX_KEPT_CELLS || this.#members.length > MAX_KEPT_CLASSES) this.#forget();
    const { op, sets } = this.#program;
    work.spend(4 * op.length + 32 * sets.length);
  }

  #forget(): void {
    this.#states.clear();
    this.#cells = 0;
    this.#start = this.#state([0], START);
    this.#characters.clear();
    this.#classes.clear();
    this.#members.length = 0;
    this.#ascii.fill(-1);
  }

  /** Where a class of character leads; undefined where the pattern has matched. */
  #follow(state: State, cls: number, work: Budget): State | undefined {
    const members = this.#members[cls] ?? "";
    const word = members.endsWith("1");
    const { takers } = this.#opening(state, word ? WORD : OTHER, work);
    state.counted[cls] = this.#question;
    work.spend(4 + (takers?.length ?? 0));
    if (takers === null) return undefined;
    const next = (state.next[cls] ??= this.#after(takers, members, word));
    if (next.question !== this.#question) {
      next.question = this.#question;
      work.spend(32 + 4 * next.places.length);
      this.#cellsOfQuestion += 16 + next.places.length;
    }
    if (this.#cellsOfQuestion <= MAX_CELLS) return next;
    // Nothing may lead back into what is forgotten.
    this.#cellsOfQuestion = 0;
    this.#charactersOfQuestion = 0;
    this.#question++;
    this.#forget();
    return this.#state(next.places, next.context);
  }

  #after(takers: readonly number[], members: string, word: boolean): State {
    const { x, anchored } = this.#program;
    const places: number[] = [];
    if (!anchored) places.push(0);
    for (const pc of takers) if (members[x[pc] ?? 0] === "1") places.push(pc + 1);
    return this.#state(places, word ? AFTER_WORD : AFTER_OTHER);
  }

  #state(places: readonly number[], context: number): State {
    const key = `${context} ${places.join(" ")}`;
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const state: State = { question: 0, places, context, openings: [], next: [], counted: [] };
    this.#states.set(key, state);
    this.#cells += 16 + places.length;
    return state;
  }

  #opening(state: State, next: number, work: Budget): Opening {
    let opening = state.openings[next];
    if (opening === undefined) {
      opening = this.#open(state, next);
      state.openings[next] = opening;
      this.#cells += opening.takers?.length ?? 0;
    }
    if (opening.question !== this.#question) {
      opening.question = this.#question;
      work.spend(opening.steps);
      this.#cellsOfQuestion += opening.takers?.length ?? 0;
    }
    return opening;
  }

  /** Follows everything that takes no character. Takers come in the order of the program, so equal sets look alike. */
  #open({ places, context }: State, next: number): Opening {
    const { op, x, y } = this.#program;
    const look = ++this.#looks;
    const takers: number[] = [];
    const open = [...places];
    let steps = places.length;
    for (let pc = open.pop(); pc !== undefined; pc = open.pop()) {
      if (this.#seen[pc] === look) continue;
      this.#seen[pc] = look;
      steps++;
      switch (op[pc]) {
        case OP.take:
          takers.push(pc);
          break;
        case OP.split:
          open.push(x[pc] ?? 0, y[pc] ?? 0);
          break;
        case OP.jump:
          open.push(x[pc] ?? 0);
          break;
        case OP.edge:
          if (isAt(EDGES[x[pc] ?? 0], context, next)) open.push(pc + 1);
          break;
        default:
          return { question: 0, takers: null, steps };
      }
    }
    return { question: 0, takers: takers.sort((a, b) => a - b), steps };
  }

  #classOf(codePoint: number, work: Budget): number {
    let character = this.#characters.get(codePoint);
    if (character === undefined) {
      character = { question: 0, cls: this.#classNamed(membership(this.#program, codePoint)) };
      this.#characters.set(codePoint, character);
    }
    work.spend(2);
    if (character.question !== this.#question) {
      character.question = this.#question;
      work.spend(10 + 4 * this.#program.sets.length);
      if (++this.#charactersOfQuestion >= MAX_CHARACTERS) {
        this.#charactersOfQuestion = 0;
        this.#characters.clear();
      }
    }
    return character.cls;
  }

  #classNamed(members: string): number {
    const known = this.#classes.get(members);
    if (known !== undefined) return known;
    const cls = this.#members.push(members) - 1;
    this.#classes.set(members, cls);
    return cls;
  }
}

function isAt(edge: (typeof EDGES)[number] | undefined, context: number, next: number): boolean {
  if (edge === "start") return context === START;
  if (edge === "end") return next === END;
  return ((context === AFTER_WORD) !== (next === WORD)) === (edge === "boundary");
}
