import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { stepId } from "../../../contracts/documents/graph.ts";
import { contractKey } from "../../../contracts/json/json.ts";
import { textOfFile } from "../files/read-file.ts";
import { type Shell, usageFailure } from "../shell.ts";
import { jsonOrText } from "./json-or-text.ts";

/**
 * Values from the command line. `key=text` is the text, unless the text is JSON: `key=7` is a number, `key='"7"'` a text
 * again. `key=@file` is the file's text, and `key=@file.json` what the file says.
 */
export function inputsOf(given: readonly string[], { cwd }: Pick<Shell, "cwd">): JsonObject {
  return Object.fromEntries(
    given.map((text) => {
      const [key, value] = parted(text);
      if (value === undefined) throw usageFailure(`${text} gives no value`, "write key=value");
      if (!contractKey.safeParse(key).success) throw usageFailure(`${key} is no contract key`, "write a dotted path");
      return [key, value.startsWith("@") ? fileValue(value.slice(1), cwd) : jsonOrText(value)] as const;
    }),
  );
}

/** What steps are taken to have given: `step.key=value`, the value read as `inputsOf` reads one. A step's id has no dot. */
export function setsOf(
  given: readonly string[],
  shell: Pick<Shell, "cwd">,
): Readonly<Record<string, Readonly<Record<string, JsonValue>>>> {
  const sets: Record<string, Record<string, JsonValue>> = {};
  for (const text of given) {
    const at = text.indexOf(".");
    const step = text.slice(0, Math.max(0, at));
    if (!stepId.safeParse(step).success) throw usageFailure(`${text} names no step`, "write step.key=value");
    sets[step] = { ...(Object.hasOwn(sets, step) ? sets[step] : {}), ...inputsOf([text.slice(at + 1)], shell) };
  }
  return sets;
}

/** `name` or `name=value`, the value read as `inputsOf` reads one; null when there is none. */
export function eventsOf(given: readonly string[]): readonly { readonly name: string; readonly payload: JsonValue }[] {
  return given.map((text) => {
    const [name, value] = parted(text);
    if (name === "") throw usageFailure(`${text} names no event`, "write name or name=value");
    return { name, payload: value === undefined ? null : jsonOrText(value) };
  });
}

function parted(text: string): readonly [string, string | undefined] {
  const at = text.indexOf("=");
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function fileValue(path: string, cwd: string): JsonValue {
  const text = textOfFile(path, cwd);
  return path.endsWith(".json") ? jsonOrText(text) : text;
}
