/**
 * Path patterns in the syntax of gitignore(5): `*`, `?` and `[…]` within a segment, `**` for any number of segments.
 * Matched without regular expressions, so that no pattern from a file can take exponential time.
 */
export interface Glob {
  /** The segments of the pattern; `**` stands alone. */
  readonly segments: readonly string[];
}

/** Splits a pattern at its slashes. Empty segments are dropped, runs of `**` folded into one. */
export function parseGlob(pattern: string): Glob {
  const segments: string[] = [];
  for (const segment of splitUnescaped(pattern)) {
    if (segment === "" || (segment === "**" && segments.at(-1) === "**")) continue;
    segments.push(segment);
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
        if (reach[j] === true && matchesSegment(segment, path[j] as string)) next[j + 1] = true;
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
    const char = pattern[i] as string;
    if (char === "/") {
      parts.push(part);
      part = "";
    } else if (char === "\\" && i + 1 < pattern.length) {
      part += char + (pattern[++i] as string);
    } else part += char;
  }
  return [...parts, part];
}

/** One segment against one name: a star goes back at most to the last star, so the time is their lengths' product. */
function matchesSegment(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let afterStar = 0;
  while (n < name.length) {
    if (pattern[p] === "*") {
      star = p++;
      afterStar = n;
      continue;
    }
    const width = p < pattern.length ? matchesChar(pattern, p, name[n] as string) : 0;
    if (width > 0) {
      p += width;
      n++;
    } else if (star !== -1) {
      p = star + 1;
      n = ++afterStar;
    } else return false;
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}

/** How much of the pattern matched the character; 0 for no match. */
function matchesChar(pattern: string, at: number, char: string): number {
  const head = pattern[at] as string;
  if (head === "?") return 1;
  if (head === "\\") return at + 1 < pattern.length ? (pattern[at + 1] === char ? 2 : 0) : char === "\\" ? 1 : 0;
  if (head !== "[") return head === char ? 1 : 0;
  const set = readSet(pattern, at);
  if (set === null) return char === "[" ? 1 : 0;
  return set.has(char) ? set.width : 0;
}

interface CharSet {
  readonly width: number;
  has(char: string): boolean;
}

/** `[abc]`, `[a-z]`, `[!a]`, `[]a]`; null when the bracket is never closed and stands for itself. */
function readSet(pattern: string, at: number): CharSet | null {
  let i = at + 1;
  const negated = pattern[i] === "!" || pattern[i] === "^";
  if (negated) i++;
  const ranges: (readonly [string, string])[] = [];
  for (let first = true; ; first = false) {
    if (i >= pattern.length) return null;
    if (pattern[i] === "]" && !first) break;
    if (pattern[i] === "\\" && i + 1 < pattern.length) i++;
    const low = pattern[i++] as string;
    if (pattern[i] === "-" && i + 1 < pattern.length && pattern[i + 1] !== "]") {
      ranges.push([low, pattern[i + 1] as string]);
      i += 2;
    } else ranges.push([low, low]);
  }
  const width = i + 1 - at;
  return { width, has: (char) => ranges.some(([low, high]) => char >= low && char <= high) !== negated };
}
