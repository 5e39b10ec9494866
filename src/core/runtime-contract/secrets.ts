import type { JsonValue } from "../../../contracts/json/json.ts";

const NAME = /pass(?:word|wd|phrase)?$|secret|token$|api_?key|private_?key|credential|authorization|^auth$/i;
const VALUE = [
  /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@:]+:[^/?#\s@]+@/i,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /^(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}$/,
  /^(?:gh[pousr]|github_pat|glpat|xox[abprs])[-_][A-Za-z0-9_-]{10,}$/,
  /^AKIA[0-9A-Z]{16}$/,
  /^(?:Bearer|Basic) \S{8,}$/i,
  /^eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*$/,
];

/** Where a value looks like a secret that is written out, or bears a secret's name. What `secret_ref` names is none. */
export function inlineSecrets(
  value: JsonValue | undefined,
  at: readonly PropertyKey[],
): readonly (readonly PropertyKey[])[] {
  if (typeof value === "string") return VALUE.some((shape) => shape.test(value)) ? [at] : [];
  if (Array.isArray(value)) return value.flatMap((item: JsonValue, i) => inlineSecrets(item, [...at, i]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]: [string, JsonValue]) => {
    const path = [...at, name];
    if (name.endsWith("secret_ref")) return [];
    return NAME.test(name) && typeof inner === "string" && inner !== "" ? [path] : inlineSecrets(inner, path);
  });
}
