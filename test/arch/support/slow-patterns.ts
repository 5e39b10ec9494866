import ts from "typescript";
import { complement, type CharSet } from "../../../src/core/schema/pattern/char-set.ts";
import type { PatternNode } from "../../../src/core/schema/pattern/pattern-node.ts";
import { readPattern } from "../../../src/core/schema/pattern/read-pattern.ts";

/** A regular expression in a source file. */
export interface Literal {
  readonly line: number;
  readonly source: string;
  readonly flags: string;
}

/** Every regular expression that a file writes as such. */
export function literalsIn(path: string, text: string): readonly Literal[] {
  const found: Literal[] = [];
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf("/");
      const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ line, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** What an expression does on a text that does not match it. */
export type Growth = "linear" | "quadratic" | "exponential" | "unread";

/** Stands for every character: those of ASCII, and a few others. */
const ALPHABET = [...Array.from({ length: 128 }, (_, code) => code), 0xe9, 0x20ac, 0x2028, 0x1f600];
const NEWLINE = ALPHABET.map((code) => code === 10);
const ALL = ALPHABET.map(() => true);
/** Takes nothing: whatever else must hold before the expression has matched. */
const NONE = ALPHABET.map(() => false);

/** Places of an expression that take a character, and which may come after which. */
class Places {
  readonly takes: (readonly boolean[])[] = [];
  readonly follow: Set<number>[] = [];
  /** Whether a repetition within a repetition takes the same text in more than one way. */
  doubled = false;

  add(takes: readonly boolean[]): number {
    this.follow.push(new Set());
    return this.takes.push(takes) - 1;
  }

  join(from: Iterable<number>, to: readonly number[]): void {
    for (const one of from)
      for (const other of to) {
        if (this.follow[one]?.has(other)) this.doubled = true;
        this.follow[one]?.add(other);
      }
  }
}

interface Part {
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly nullable: boolean;
}

const NOTHING: Part = { first: [], last: [], nullable: true };

function membership({ ranges, properties, negated }: CharSet, ignoreCase: boolean): readonly boolean[] {
  const within = negated ? complement(ranges) : ranges;
  const has = (code: number): boolean =>
    within.some((low, i) => i % 2 === 0 && code >= low && code <= (within[i + 1] ?? low)) ||
    properties.some(({ one }) => one.test(String.fromCodePoint(code)) !== negated);
  const cases = (code: number): readonly number[] => {
    const text = String.fromCodePoint(code);
    return ignoreCase ? [text.toLowerCase(), text.toUpperCase()].map((one) => one.codePointAt(0) ?? code) : [code];
  };
  return ALPHABET.map((code) => cases(code).some(has));
}

interface Reading {
  readonly ignoreCase: boolean;
  /** Whether the text's beginning is where the reading begins; it is nowhere else. */
  readonly fromStart: boolean;
}

function build(node: PatternNode, places: Places, reading: Reading): Part {
  const one = (takes: readonly boolean[]): Part => {
    const place = places.add(takes);
    return { first: [place], last: [place], nullable: false };
  };
  const after = (a: Part, b: Part): Part => {
    places.join(a.last, b.first);
    return {
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...b.last, ...a.last] : b.last,
      nullable: a.nullable && b.nullable,
    };
  };
  switch (node.kind) {
    case "empty":
      return NOTHING;
    case "set":
      return one(membership(node.set, reading.ignoreCase));
    case "edge":
      return node.edge === "start" && reading.fromStart ? NOTHING : one(NONE);
    case "sequence":
      return node.parts.map((part) => build(part, places, reading)).reduce(after, NOTHING);
    case "choice": {
      const options = node.options.map((option) => build(option, places, reading));
      return {
        first: options.flatMap(({ first }) => first),
        last: options.flatMap(({ last }) => last),
        nullable: options.some(({ nullable }) => nullable),
      };
    }
    case "repeat": {
      const part = build(node.part, places, reading);
      // Counted repetitions are bounded: what they may repeat is written once more, and no loop.
      if (node.max === null) places.join(part.last, part.first);
      return { ...part, nullable: part.nullable || node.min === 0 };
    }
  }
}

/** Groups that look around, and back-references, say nothing about how long the rest takes: what is left must still hold. */
function withoutLooking(source: string): string {
  let text = source.replace(/\\[1-9]/g, "(?:\\b)");
  for (let at = text.search(/\(\?<?[=!]/); at >= 0; at = text.search(/\(\?<?[=!]/)) {
    let depth = 0;
    let end = at;
    for (let inClass = false; end < text.length; end++) {
      const char = text[end];
      if (char === "\\") end++;
      else if (char === "[") inClass = true;
      else if (char === "]") inClass = false;
      else if (!inClass && char === "(") depth++;
      else if (!inClass && char === ")" && --depth === 0) break;
    }
    text = `${text.slice(0, at)}\\b${text.slice(end + 1)}`;
  }
  return text;
}

const startsAtStart = (node: PatternNode): boolean => {
  if (node.kind === "edge") return node.edge === "start";
  if (node.kind === "sequence") return node.parts[0] !== undefined && startsAtStart(node.parts[0]);
  return node.kind === "choice" && node.options.every(startsAtStart);
};

/** How the time of an expression that fails grows with the text, as an engine that tries everything needs it. */
export function growthOf({ source, flags }: Omit<Literal, "line">): Growth {
  const read = readPattern(withoutLooking(source));
  if (!read.ok) return "unread";
  const { node } = read.value;
  const ignoreCase = flags.includes("i");
  const isAnchored = flags.includes("y") || startsAtStart(node);
  const found = [growthFrom("start", node, ignoreCase)];
  if (!isAnchored) found.push(growthFrom("anywhere", node, ignoreCase));
  else if (flags.includes("m")) found.push(growthFrom("any line", node, ignoreCase));
  return found.find((growth) => growth === "exponential") ?? found.find((growth) => growth === "quadratic") ?? "linear";
}

/** The same for an expression that begins there: anew at every character or every line, when it has failed. */
function growthFrom(begin: "start" | "anywhere" | "any line", node: PatternNode, ignoreCase: boolean): Growth {
  const places = new Places();
  const whole = build(node, places, { ignoreCase, fromStart: begin !== "anywhere" });
  if (places.doubled) return "exponential";
  if (begin !== "start") {
    const before = places.add(ALL);
    places.join([before], [before]);
    const line = begin === "any line" ? places.add(NEWLINE) : before;
    if (line !== before) places.join([before], [line]);
    places.join([line], whole.first);
  }
  const ends = new Set(whole.last);
  const loops = places.takes
    .map((_, place) => place)
    .filter((place) => reaches(places, [place, place], [place, place]));
  for (const p of loops)
    for (const q of loops)
      // Where the expression has matched already nothing is tried again.
      if (p !== q && !ends.has(q) && reaches(places, [p, p, q], [p, q, q])) return "quadratic";
  return "linear";
}

/** Whether one and the same text leads from each of the places to its counterpart. */
function reaches(places: Places, from: readonly number[], to: readonly number[]): boolean {
  const seen = new Set<string>();
  const open = [from];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const moved of moves(places, next)) {
      if (moved.every((place, i) => place === to[i])) return true;
      const name = moved.join();
      if (!seen.has(name)) {
        seen.add(name);
        open.push(moved);
      }
    }
  }
  return false;
}

function moves(places: Places, at: readonly number[]): readonly (readonly number[])[] {
  return at
    .reduce<readonly { readonly to: readonly number[]; readonly takes: readonly boolean[] }[]>(
      (found, place) =>
        found.flatMap(({ to, takes }) =>
          [...(places.follow[place] ?? [])].flatMap((next) => {
            const both = takes.map((taken, i) => taken && places.takes[next]?.[i] === true);
            return both.includes(true) ? [{ to: [...to, next], takes: both }] : [];
          }),
        ),
      [{ to: [], takes: ALL }],
    )
    .map(({ to }) => to);
}
