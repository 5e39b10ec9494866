/** Which characters a place in a pattern takes. */
export interface CharSet {
  /** Code points as `low, high, low, high …`, ascending, apart from one another. */
  readonly ranges: readonly number[];
  /** Unicode properties that count as well. */
  readonly properties: readonly CharProperty[];
  /** Everything else instead. */
  readonly negated: boolean;
}

/** A Unicode property as ECMAScript writes it: `\p{L}`, `\P{Script=Greek}`. */
export interface CharProperty {
  readonly text: string;
  /** Matches one character and nothing longer, so it takes no time to speak of. */
  readonly one: RegExp;
}

export const MAX_CODE_POINT = 0x10ffff;

export const charSet = (ranges: readonly number[], negated = false): CharSet => ({
  ranges: merged(ranges),
  properties: [],
  negated,
});

export const DIGITS = charSet([0x30, 0x39]);
export const WORD = charSet([0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a]);
/** What `\s` takes: WhiteSpace and LineTerminator of ECMAScript. */
export const SPACE = charSet([
  ...[0x09, 0x0d, 0x20, 0x20, 0xa0, 0xa0, 0x1680, 0x1680, 0x2000, 0x200a, 0x2028, 0x2029, 0x202f, 0x202f],
  ...[0x205f, 0x205f, 0x3000, 0x3000, 0xfeff, 0xfeff],
]);
/** What the dot takes: everything but the four line ends of ECMAScript. */
export const NO_LINE_END = charSet([0x0a, 0x0a, 0x0d, 0x0d, 0x2028, 0x2029], true);

/** What a set of ranges alone does not take, as ranges. */
export function complement(ranges: readonly number[]): readonly number[] {
  const others: number[] = [];
  let next = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const [low = 0, high = 0] = [ranges[i], ranges[i + 1]];
    if (low > next) others.push(next, low - 1);
    next = high + 1;
  }
  if (next <= MAX_CODE_POINT) others.push(next, MAX_CODE_POINT);
  return others;
}

/** The property by its name, or null when there is none of that name. */
export function charProperty(letter: "p" | "P", name: string): CharProperty | null {
  if (!/^[A-Za-z0-9_]+(?:=[A-Za-z0-9_]+)?$/.test(name)) return null;
  const text = `\\${letter}{${name}}`;
  try {
    return { text, one: new RegExp(`^${text}$`, "u") };
  } catch {
    return null;
  }
}

/** Whether the set takes the character. */
export function takes(set: CharSet, codePoint: number): boolean {
  if (inRanges(set.ranges, codePoint)) return !set.negated;
  const character = set.properties.length > 0 ? String.fromCodePoint(codePoint) : "";
  return set.properties.some(({ one }) => one.test(character)) !== set.negated;
}

/** Sets that take the same characters in the same words have the same text. */
export const textOfSet = (set: CharSet): string =>
  `${set.negated ? "^" : ""}${set.ranges.join(",")}${set.properties.map(({ text }) => text).join("")}`;

function inRanges(ranges: readonly number[], codePoint: number): boolean {
  let low = 0;
  let high = ranges.length >> 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (codePoint < (ranges[2 * middle] ?? 0)) high = middle;
    else if (codePoint > (ranges[2 * middle + 1] ?? 0)) low = middle + 1;
    else return true;
  }
  return false;
}

function merged(ranges: readonly number[]): readonly number[] {
  if (ranges.length <= 2) return ranges;
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i] ?? 0, ranges[i + 1] ?? 0]);
  pairs.sort(([a], [b]) => a - b);
  const joined: [number, number][] = [];
  for (const [low, high] of pairs) {
    const last = joined.at(-1);
    if (last !== undefined && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else joined.push([low, high]);
  }
  return joined.flat();
}
