import { parseJson } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { readYaml } from "./yaml.ts";

/** A value read from one line, or why it could not be read. `value` is then the text itself. */
export interface ScalarReading {
  readonly value: JsonValue;
  readonly fault: string | null;
}

/** How strictly a value is read: `lines` is the oldest dialect, whose values are text and not YAML. */
export type ScalarMode = "lines" | "lenient" | "strict";

/** Fields that are text whatever they look like: YAML would make a number of `1.0` and of an all-digit hash. */
const TEXT_FIELDS = new Set(["version", "hash", "uuid", "created_at", "last_modified_at", "deprecated_by"]);
const isTextField = (name: string): boolean => TEXT_FIELDS.has(name) || name.endsWith("_version");

const INTEGER = /^[-+]?[0-9]+$/;
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const SINGLE_QUOTED = /^'((?:[^']|'')*)'(?:\s+#.*)?$/;
const DOUBLE_QUOTED = /^("(?:[^"\\]|\\.)*")(?:\s+#.*)?$/;
/** A value longer than this is text or a mistake, never a collection worth parsing. */
const MAX_FLOW_LENGTH = 64 * 1024;

const good = (value: JsonValue): ScalarReading => ({ value, fault: null });
const bad = (value: JsonValue, fault: string): ScalarReading => ({ value, fault });

/** Resolves an unquoted value by the YAML 1.2 core rules, keeping text where a number would lose digits. */
export function plainValue(text: string): JsonValue {
  switch (text) {
    case "":
    case "~":
    case "null":
    case "Null":
    case "NULL":
      return null;
    case "true":
    case "True":
    case "TRUE":
      return true;
    case "false":
    case "False":
    case "FALSE":
      return false;
  }
  const first = text.charCodeAt(0);
  const numeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!numeric || text.length > 40 || (!INTEGER.test(text) && !FLOAT.test(text))) return text;
  const value = Number(text);
  const exact = INTEGER.test(text) ? Number.isSafeInteger(value) || String(value) === text : Number.isFinite(value);
  return exact ? value : text;
}

function withoutComment(text: string): string {
  for (let at = text.indexOf("#"); at !== -1; at = text.indexOf("#", at + 1)) {
    const before = at === 0 ? 32 : text.charCodeAt(at - 1);
    if (before === 32 || before === 9) return text.slice(0, at).trimEnd();
  }
  return text;
}

/** Reads the value part of a `key: value` line; `text` is trimmed. Linear time, never throws. */
export function readScalar(name: string, text: string, mode: ScalarMode): ScalarReading {
  switch (text[0]) {
    case undefined:
      return good(null);
    case '"': {
      const match = DOUBLE_QUOTED.exec(text);
      if (match === null) return bad(text, "the double-quoted value does not end with its line");
      return jsonString(match[1] ?? "") ?? fromYaml(text);
    }
    case "'": {
      const match = SINGLE_QUOTED.exec(text);
      if (match === null) return bad(text, "the single-quoted value does not end with its line");
      return good((match[1] ?? "").replaceAll("''", "'"));
    }
    case "{":
    case "[":
      if (text === "{}") return good({});
      if (text === "[]") return good([]);
      return fromYaml(text);
    case "&":
    case "*":
    case "!":
      return mode === "lines" ? good(text) : bad(text, "anchors, aliases and tags are not accepted");
    case "|":
    case ">":
    case "%":
    case "@":
    case "`":
      return mode === "lines" ? good(text) : bad(text, `a value that starts with ${text[0]} must be quoted`);
  }
  const plain = mode === "lines" ? text : withoutComment(text);
  if (mode === "strict" && (plain.includes(": ") || plain.endsWith(":") || plain.includes("\t"))) {
    return bad(plain, "a value with a colon and a space, or a tab, must be quoted");
  }
  return good(isTextField(name) && plain !== "" && plain !== "null" && plain !== "~" ? plain : plainValue(plain));
}

function jsonString(token: string): ScalarReading | null {
  try {
    const text = parseJson(token);
    if (typeof text !== "string") return null;
    return text.isWellFormed() ? good(text) : bad(text.toWellFormed(), "the value holds half of a surrogate pair");
  } catch {
    return null;
  }
}

function fromYaml(text: string): ScalarReading {
  const reading = readYaml(text, { maxLength: MAX_FLOW_LENGTH });
  return reading.ok ? good(reading.value) : bad(text, reading.error.message);
}
