import { isList } from "../../../contracts/json/narrow.ts";
import type { CallSource, SecretSource } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { pointerSteps } from "../contract/json-path.ts";

/** A text with a secret's name in it: the handler that makes the call puts the secret there, and nobody else. */
export interface SecretText {
  readonly secretRef: string;
  readonly prefix: string;
}

/** How a list or an object becomes text. */
export type Style = "repeat" | "comma" | "space" | "pipe" | "deep" | "json";

type AnySource = CallSource | SecretSource;

/** The contract key a source reads; null for constants and secrets. */
export const keyOf = (source: AnySource): string | null =>
  typeof source === "string" ? source : "key" in source ? source.key : null;

/** How the source wants lists and objects written. */
export const styleOf = (source: AnySource): Style =>
  typeof source === "object" && "key" in source ? (source.style ?? "repeat") : "repeat";

/** The value a source has for this input. */
export function taken(source: CallSource, input: JsonObject): JsonValue | undefined {
  if (typeof source === "string") return member(input, source);
  if ("value" in source) return source.value;
  const whole = member(input, source.key);
  return whole === undefined || source.at === undefined ? whole : at(whole, source.at);
}

/** The secret a source names; null for every other source. A value never becomes one, whatever it looks like. */
export const secretOf = (source: SecretSource): SecretText | null =>
  isSecretSource(source) ? { secretRef: source.secret_ref, prefix: source.prefix ?? "" } : null;

/** Whether a source names a secret. */
export const isSecretSource = (source: AnySource): source is Exclude<SecretSource, CallSource> =>
  typeof source === "object" && "secret_ref" in source;

const member = (input: JsonObject, key: string): JsonValue | undefined =>
  Object.hasOwn(input, key) ? input[key] : undefined;

/** The value a JSON Pointer leads to; undefined where there is none. Only own members count. */
export function at(whole: JsonValue, pointer: string): JsonValue | undefined {
  let value: JsonValue | undefined = whole;
  for (const step of pointerSteps(pointer) ?? []) {
    if (typeof value !== "object" || value === null) return undefined;
    if (isList(value)) value = /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
    else value = Object.hasOwn(value, step) ? value[step] : undefined;
  }
  return value;
}
