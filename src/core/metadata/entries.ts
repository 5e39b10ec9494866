import { memberAt, parseJson } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";
import type { ScalarMode } from "./scalar.ts";
import { readScalar } from "./scalar.ts";
import { readYaml } from "./yaml.ts";

/** A line of fields without its comment prefix. */
export interface FieldLine {
  readonly number: number;
  readonly text: string;
}

/** The fields of a block, and what is wrong with the way they are written. */
export interface Entries {
  readonly fields: JsonObject;
  /** Field name → line where it is given first. */
  readonly lines: Readonly<Record<string, number>>;
  /** Field names in the order they are given. */
  readonly order: readonly string[];
  readonly problems: readonly MetadataProblem[];
}

/** Beyond this many findings a block is not a block; the rest would only repeat it. */
const MAX_PROBLEMS = 50;
const MAX_VALUE_LENGTH = 64 * 1024;
const KEY = /^(?:([A-Za-z_$][\w$.-]*)|"((?:[^"\\]|\\.)*)"|'((?:[^']|'')*)')[ ]*:(?=[ \t]|$)/;

/** The key a line begins with and what follows the colon, or null when the line is not a field. */
export function splitKey(text: string): { readonly key: string; readonly rest: string } | null {
  const match = KEY.exec(text);
  if (match === null) return null;
  const rest = text.slice(match[0].length);
  if (match[1] !== undefined) return { key: match[1], rest };
  if (match[3] !== undefined) return { key: match[3].replaceAll("''", "'"), rest };
  try {
    const key = parseJson(`"${match[2] ?? ""}"`);
    return typeof key === "string" && key.isWellFormed() ? { key, rest } : null;
  } catch {
    return null;
  }
}

/**
 * Reads the fields of a block. Values of one line are read by hand, because real blocks hold values that YAML refuses
 * (`description: Tides: how they are read`) and because it is fast; values over several lines are YAML.
 */
export function readEntries(source: readonly FieldLine[], mode: ScalarMode): Entries {
  const fields = new Map<string, JsonValue>();
  const lines = new Map<string, number>();
  const problems: MetadataProblem[] = [];
  const report = (code: "SC001" | "MD002", message: string, hint: string, line: number, field?: string): void => {
    if (problems.length < MAX_PROBLEMS)
      problems.push(problem(code, message, hint, field === undefined ? { line } : { line, field }));
  };

  for (let i = 0; ;) {
    const line = source[i++];
    if (line === undefined) break;
    if (line.text.trim() === "" || line.text.startsWith("#")) continue;
    const entry = splitKey(line.text);
    if (entry === null) {
      report("MD002", "this line is not a field", "write one `key: value` a line", line.number);
      continue;
    }
    const from = i;
    if (mode !== "lines") i = endOfValue(source, i, entry.rest);
    const { key, rest } = entry;
    if (fields.has(key)) {
      report("MD002", `the field ${key} is given twice`, `keep one ${key} line`, line.number, key);
      continue;
    }
    const reading = from === i ? readScalar(key, rest.trim(), mode) : readLines(rest, source.slice(from, i), mode);
    if (reading.fault !== null) report("SC001", reading.fault, "quote the value or correct it", line.number, key);
    if (mode === "strict" && rest.includes("\t")) report("MD002", "a tab in a field", "use spaces", line.number, key);
    fields.set(key, reading.value);
    lines.set(key, line.number);
  }
  return {
    fields: Object.fromEntries(fields),
    lines: Object.fromEntries(lines),
    order: [...fields.keys()],
    problems,
  };
}

/** The index after the lines that continue a value: indented ones, list items of an empty value, blanks among them. */
function endOfValue(source: readonly FieldLine[], from: number, rest: string): number {
  const opensList = withoutTrailingComment(rest) === "";
  let end = from;
  for (let i = from; i < source.length; i++) {
    const text = source[i]?.text ?? "";
    const first = text[0];
    if (first === undefined || text.trim() === "") continue;
    const continues = first === " " || first === "\t" || (opensList && (text === "-" || text.startsWith("- ")));
    if (!continues) break;
    end = i + 1;
  }
  return end;
}

const withoutTrailingComment = (rest: string): string => (/^\s*#/.test(rest) ? "" : rest.trim());

function readLines(
  rest: string,
  continuation: readonly FieldLine[],
  mode: ScalarMode,
): { readonly value: JsonValue; readonly fault: string | null } {
  const text = `value:${rest}\n${continuation.map((line) => line.text).join("\n")}\n`;
  const reading = readYaml(text, { maxLength: MAX_VALUE_LENGTH });
  if (reading.ok) return { value: memberAt(reading.value, "value") ?? null, fault: null };
  // A folded plain value that YAML refuses for its colons is still readable in the old dialects.
  const first = rest.trim();
  if (mode === "lenient" && /^[A-Za-z0-9<(]/.test(first)) {
    return {
      value: [first, ...continuation.map((line) => line.text.trim())].filter((part) => part !== "").join(" "),
      fault: null,
    };
  }
  return { value: text.slice("value:".length).trim(), fault: reading.error.message };
}
