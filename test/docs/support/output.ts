/** What is another at each run: ids, hashes, times and durations. In this order, since some are parts of others. */
const WILD: readonly (readonly [RegExp, string])[] = [
  [/\br[0-9a-f]{2}_[0-9A-HJKMNP-TV-Z]{26}\b/g, "RUN"],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, "UUID"],
  [/\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b/g, "HASH"],
  [/\b[0-9a-f]{12}\b/g, "PLAN"],
  [/\b[0-9a-z]{8}\.RUN\b/g, "CURSOR"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z/g, "TIME"],
  [/\b1\d{12}\b/g, "INSTANT"],
  [/\d+(?:\.\d+)? ms\b/g, "N ms"],
  [/(_ms"?: ?)\d+/g, "$1N"],
  // Trust counts it on whenever a score moves, which may be a moment earlier or later.
  [/("?registry_version"?: ?"?)\d+\.\d+/g, "$1VERSION"],
  // What was measured of a node depends on how long it took.
  [/\b0\.\d{2,3}\b/g, "SCORE"],
  [/[ \t]+/g, " "],
];

/** A text as it is compared: without what is another at each run, and without its layout. */
export function settled(text: string): string {
  return WILD.reduce((so, [pattern, to]) => so.replaceAll(pattern, to), text).trim();
}

/** Whether this was printed. `…` on a line of its own stands for any number of lines, and within a line for any text. */
export function isPrinted(shown: readonly string[], printed: string): boolean {
  const lines = shown.map((line) => settled(line)).filter((line) => line !== "");
  const pattern = lines.map((line) => (line === "…" ? "(?:.*\n)*?" : `${inLine(line)}\n`)).join("");
  const actual = printed
    .split("\n")
    .map((line) => settled(line))
    .filter((line) => line !== "");
  return new RegExp(`^${pattern}$`).test(actual.map((line) => `${line}\n`).join(""));
}

const inLine = (line: string): string =>
  line
    .split("…")
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`))
    .join(".*");

/** Whether an answer is this JSON, whatever its layout. */
export function isAnswer(shown: string, printed: string): boolean {
  const compact = (text: string): string => settled(JSON.stringify(JSON.parse(text)));
  try {
    return compact(shown) === compact(printed);
  } catch {
    return false;
  }
}
