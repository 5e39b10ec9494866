import { charSet, takes, type CharSet } from "../schema/pattern/char-set.ts";

/**
 * Path patterns in the syntax of gitignore(5): `*`, `?` and `[…]` within a segment, `**` for any number of segments.
 * Matched without regular expressions, so that no pattern from a file can take exponential time: a pattern is read once,
 * and a name costs at most the product of both lengths.
 */
export interface Glob {
  /** The segments of the pattern. */
  readonly segments: readonly Segment[];
}

/** Any number of segments, or what the characters of one are. */
type Segment = "**" | readonly Part[];
/** Any number of characters, any one, or one of a set. */
type Part = "*" | "?" | CharSet;

/** Splits a pattern at its slashes. Empty segments are dropped, runs of `**` folded into one. */
export function parseGlob(pattern: string): Glob {
  const segments: Segment[] = [];
  for (const segment of splitUnescaped(pattern)) {
    if (segment === "" || (segment === "**" && segments.at(-1) === "**")) continue;
    segments.push(segment === "**" ? segment : partsOf(segment));
  }
  return { segments };
}

/** True when the whole path, given by its segments, matches. A final `**` needs at least one segment. */
export function matchesGlob({ segments }: Glob, path: readonly string[]): boolean {
  // reach[j]: the pattern up to here matches the first j segments of the path.
  let reach: boolean[] = [true, ...path.map(() => false)];
  for (const [index, segment] of segments.entries()) {
    const next: boolean[] = path.map(() => false);
    next.unshift(false);
    if (segment === "**") {
      const least = index === segments.length - 1 ? 1 : 0;
      let open = false;
      for (let j = 0; j <= path.length; j++) {
        if (j >= least && reach[j - least] === true) open = true;
        next[j] = open;
      }
    } else {
      for (let j = 0; j < path.length; j++) {
        if (reach[j] === true && matchesSegment(segment, path[j] ?? "")) next[j + 1] = true;
      }
    }
    reach = next;
  }
  return reach[path.length] === true;
}

function splitUnescaped(pattern: string): string[] {
  const parts: string[] = [];
  let part = "";
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern.charAt(i);
    if (char === "/") {
      parts.push(part);
      part = "";
    } else if (char === "\\" && i + 1 < pattern.length) {
      part += char + pattern.charAt(++i);
    } else part += char;
  }
  return [...parts, part];
}

/** One segment against one name: a star goes back at most to the last star, so the time is their lengths' product. */
function matchesSegment(parts: readonly Part[], name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let afterStar = 0;
  while (n < name.length) {
    const part = parts[p];
    if (part === "*") {
      star = p++;
      afterStar = n;
    } else if (part === "?" || (part !== undefined && takes(part, name.charCodeAt(n)))) {
      p++;
      n++;
    } else if (star !== -1) {
      p = star + 1;
      n = ++afterStar;
    } else return false;
  }
  while (parts[p] === "*") p++;
  return p === parts.length;
}

function partsOf(segment: string): readonly Part[] {
  const parts: Part[] = [];
  // Behind the last closing bracket a set is never closed: nobody looks for its end again.
  const lastClose = segment.lastIndexOf("]");
  for (let i = 0; i < segment.length;) {
    const char = segment.charAt(i);
    const set = char === "[" && i < lastClose ? readSet(segment, i) : null;
    if (set !== null) {
      parts.push(set.set);
      i = set.end;
    } else if (char === "\\" && i + 1 < segment.length) {
      parts.push(only(segment, i + 1));
      i += 2;
    } else {
      if (char !== "*") parts.push(char === "?" ? char : only(segment, i));
      else if (parts.at(-1) !== char) parts.push(char);
      i++;
    }
  }
  return parts;
}

const only = (text: string, at: number): CharSet => charSet([text.charCodeAt(at), text.charCodeAt(at)]);

/** `[abc]`, `[a-z]`, `[!a]`, `[]a]`; null when the bracket is never closed and stands for itself. */
function readSet(pattern: string, at: number): { readonly set: CharSet; readonly end: number } | null {
  let i = at + 1;
  const negated = pattern[i] === "!" || pattern[i] === "^";
  if (negated) i++;
  const ranges: number[] = [];
  for (let first = true; ; first = false) {
    if (i >= pattern.length) return null;
    if (pattern[i] === "]" && !first) break;
    if (pattern[i] === "\\" && i + 1 < pattern.length) i++;
    const low = pattern.charCodeAt(i++);
    const isRange = pattern[i] === "-" && i + 1 < pattern.length && pattern[i + 1] !== "]";
    const high = isRange ? pattern.charCodeAt(i + 1) : low;
    if (isRange) i += 2;
    if (low <= high) ranges.push(low, high);
  }
  return { set: charSet(ranges, negated), end: i + 1 };
}
