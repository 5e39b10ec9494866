/** A member of an object in a JSON text that may be cut anywhere: its value's text, and whether that is all of it. */
export interface TextMember {
  readonly text: string;
  readonly isWhole: boolean;
}

/**
 * The members of the object a text begins with, as far as the text goes. For records that are cut or of a form nobody
 * here knows; what is no object has none. A name that occurs twice is the last one.
 */
export function textMembers(json: string): ReadonlyMap<string, TextMember> {
  const members = new Map<string, TextMember>();
  let at = skipSpace(json, 0);
  if (json[at] !== "{") return members;
  at = skipSpace(json, at + 1);
  while (json[at] === '"') {
    const nameEnd = endOfString(json, at);
    const colon = nameEnd === null ? json.length : skipSpace(json, nameEnd);
    if (nameEnd === null || json[colon] !== ":") return members;
    const start = skipSpace(json, colon + 1);
    const end = endOfValue(json, start);
    members.set(json.slice(at + 1, nameEnd - 1), { text: json.slice(start, end ?? undefined), isWhole: end !== null });
    if (end === null) return members;
    const comma = skipSpace(json, end);
    if (json[comma] !== ",") return members;
    at = skipSpace(json, comma + 1);
  }
  return members;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && " \t\r\n".includes(json.charAt(at))) at++;
  return at;
}

/** Behind the closing quote; null when it is cut off. */
function endOfString(json: string, from: number): number | null {
  for (let at = from + 1; at < json.length; at++) {
    if (json[at] === "\\") at++;
    else if (json[at] === '"') return at + 1;
  }
  return null;
}

/** Behind a value; null when it is cut off. A number or word at the very end may be cut too. */
function endOfValue(json: string, from: number): number | null {
  let depth = 0;
  for (let at = from; at < json.length; at++) {
    const char = json.charAt(at);
    if (char === '"') {
      const end = endOfString(json, at);
      if (end === null) return null;
      at = end - 1;
    } else if (char === "{" || char === "[") depth++;
    else if (char === "}" || char === "]") depth--;
    if (depth < 0) return at;
    if (depth > 0) continue;
    if (char === '"' || char === "}" || char === "]") return at + 1;
    if (char === ",") return at;
  }
  return null;
}
