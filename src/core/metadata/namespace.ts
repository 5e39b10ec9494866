import { isObject } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import { withoutBeginning, withoutEnd } from "../text/trim.ts";

/** A namespace, with the scheme old stampers put before it. */
export interface Namespace {
  /** `python`, `yaml`, `markdown` …; null for a plain one. */
  readonly scheme: string | null;
  /** Dotted path: `omnibase.nodes.stamper`. */
  readonly path: string;
}

/** What the canonical schema accepts. */
export const CANONICAL_NAMESPACE = /^(omninode|onex|omnibase)\.[a-zA-Z0-9_.]+$/;
const URI = /^([A-Za-z][A-Za-z0-9_]*):\/\/([^\s@]+)$/;
const DOTTED = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * Reads a namespace in any form real files hold: `onex.stamped.x`, `python://omnibase.a.b`, `markdown://README`,
 * `{value: …}`. The error is a sentence.
 */
export function parseNamespace(value: JsonValue | undefined): Result<Namespace, string> {
  if (isObject(value)) {
    const inner = value["value"];
    return typeof inner === "string" ? parseNamespace(inner) : err("a namespace mapping holds its text under value");
  }
  if (typeof value !== "string" || value.trim() === "")
    return err("a namespace is a dotted name such as onex.tools.example");
  const text = value.trim();
  const match = URI.exec(text);
  const path = match?.[2] ?? text;
  const legal = match === null ? DOTTED.test(path) : /^[A-Za-z0-9_./-]+$/.test(path);
  return legal ? ok({ scheme: match?.[1] ?? null, path }) : err(`${JSON.stringify(text)} is not a namespace`);
}

/**
 * The canonical spelling of a namespace: without scheme, dots for slashes, under `onex` when it has no accepted root.
 */
export function canonicalNamespace({ path }: Namespace): string {
  const dotted = withoutEnd(withoutBeginning(path.replace(/[^A-Za-z0-9_]+/g, "."), "."), ".");
  return CANONICAL_NAMESPACE.test(dotted) ? dotted : `onex.${dotted === "" ? "unnamed" : dotted}`;
}
