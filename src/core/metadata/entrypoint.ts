import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { ENTRYPOINTS, ENTRYPOINT_TYPES, type EntrypointType } from "../registry/entrypoints.ts";
import type { Entrypoint } from "../registry/node.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import { extensionOf } from "./dialect.ts";
import { readYaml } from "./yaml.ts";

const TYPE_BY_EXTENSION: ReadonlyMap<string, EntrypointType> = new Map(
  ENTRYPOINT_TYPES.flatMap((type) => ENTRYPOINTS[type].extensions.map((extension) => [extension, type] as const)),
);
const URI = /^([A-Za-z][A-Za-z0-9_]*):\/\/(.+)$/;
const AT = /^([A-Za-z][A-Za-z0-9_]*)@(.+)$/;

/**
 * Reads an entrypoint in any form real files hold: `{type, target}`, that mapping written as text, `python@x.py`,
 * `python://x.py`, `python://dotted.module`, or a bare file name whose extension tells the type. The type is in lower
 * case and not checked against the known ones: see isEntrypointType. The error is a sentence.
 */
export function parseEntrypoint(value: JsonValue | undefined): Result<Entrypoint, string> {
  if (typeof value === "string") return fromText(value.trim());
  if (!isObject(value)) return err("an entrypoint is a mapping of type and target");
  const { type, target } = value;
  if (typeof type !== "string" || type.trim() === "") return err("the entrypoint has no type");
  if (typeof target !== "string" || target.trim() === "") return err("the entrypoint has no target");
  return ok({ type: type.trim().toLowerCase(), target: target.trim() });
}

function fromText(text: string): Result<Entrypoint, string> {
  if (text.startsWith("{")) {
    const mapping = readYaml(text, { maxLength: 4096, maxDepth: 4 });
    return mapping.ok && typeof mapping.value === "object"
      ? parseEntrypoint(mapping.value)
      : err("the entrypoint mapping cannot be read");
  }
  const match = URI.exec(text) ?? AT.exec(text);
  if (match !== null) return ok({ type: (match[1] ?? "").toLowerCase(), target: (match[2] ?? "").trim() });
  const type = TYPE_BY_EXTENSION.get(extensionOf(text));
  if (type === undefined || /\s/.test(text)) return err(`the entrypoint ${JSON.stringify(text)} has no type`);
  return ok({ type, target: text });
}

/** The type and target to declare for a file that is itself the artifact. */
export const entrypointOfFile = (name: string): Entrypoint => ({
  type: TYPE_BY_EXTENSION.get(extensionOf(name)) ?? "cli",
  target: name,
});
