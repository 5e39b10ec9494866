import { isList } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

/** Shorter secrets are not looked for: they would be found everywhere. */
const SHORTEST = 6;

/** Secrets that were used, by their names. */
export type UsedSecrets = ReadonlyMap<string, string>;

/** A text with the names of secrets in their place. */
export function redactedText(text: string, secrets: UsedSecrets): string {
  let found = text;
  for (const [name, secret] of secrets) {
    for (const spelling of spellings(secret)) found = found.replaceAll(spelling, `[secret ${name}]`);
  }
  return found;
}

/** A value in which no text and no name holds a secret; the same object where none does. */
export function redacted(value: JsonValue, secrets: UsedSecrets): JsonValue {
  const all = [...secrets.values()].flatMap(spellings);
  const text = all.length === 0 ? "" : JSON.stringify(value);
  return all.some((secret) => text.includes(JSON.stringify(secret).slice(1, -1))) ? without(value, secrets) : value;
}

function without(value: JsonValue, secrets: UsedSecrets): JsonValue {
  if (typeof value === "string") return redactedText(value, secrets);
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map((one) => without(one, secrets));
  return Object.fromEntries(
    Object.entries(value satisfies JsonObject).map(([name, one]) => [
      redactedText(name, secrets),
      without(one, secrets),
    ]),
  );
}

/**
 * As it is, as a path or a hand-written query shows it, as a form does (`+` for a space, more characters encoded), and as a
 * JSON text does; of several lines each one too, for a log tells them apart. Longer ones first: one may hold another.
 */
function spellings(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/);
  const all = lines.length > 1 ? [secret, ...lines] : lines;
  return [...new Set(all.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
}

function spellingsOf(secret: string): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const inPath = encodeURIComponent(secret);
  const strict = inPath.replaceAll(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
  return [secret, inPath, strict, strict.replaceAll("%20", "+"), JSON.stringify(secret).slice(1, -1)];
}
