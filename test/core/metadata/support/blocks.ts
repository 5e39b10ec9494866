import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import type { BlockStyle } from "../../../../src/core/metadata/dialect.ts";
import type { StampOptions } from "../../../../src/core/metadata/stamp.ts";
import { stamp } from "../../../../src/core/metadata/stamp.ts";

export const NOW = "2026-01-31T12:00:00Z";
export const LATER = "2026-02-28T18:30:00Z";
export const UUID = "7f9c24e8-3b12-4fef-91e0-56a2d5a6f1c3";
export const OTHER_UUID = "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f";

export const STYLES: readonly BlockStyle[] = ["markup", "hash", "slash", "dash", "yaml"];
export const style = fc.constantFrom(...STYLES);

/** A valid set of canonical fields, as a block read from a file would give them. */
export const FIELDS: JsonObject = {
  author: "Tide Desk",
  created_at: NOW,
  description: "Tides: how the table is read",
  entrypoint: { target: "tide", type: "builtin" },
  hash: "0".repeat(64),
  last_modified_at: NOW,
  lifecycle: "active",
  meta_type: "node",
  name: "tide",
  namespace: "onex.nodes.tide",
  schema_version: "0.1.0",
  state_contract: "state_contract://contract.yaml",
  uuid: UUID,
  version: "1.0.0",
};

export const options = (more: Partial<StampOptions> = {}): StampOptions => ({
  path: "tide.md",
  now: NOW,
  uuid: UUID,
  author: "Tide Desk",
  ...more,
});

/** The stamped text; throws, to fail the test, when stamping is refused. */
export function stamped(text: string, more: Partial<StampOptions> = {}): string {
  const result = stamp(text, options(more));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.text;
}

/** Strings that meet the corners of YAML, comments and delimiters. */
export const text = fc.oneof(
  fc.string(),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "",
    "null",
    "~",
    "true",
    "No",
    "1.0",
    "1.0.0",
    "-0",
    "0x1F",
    "1e5",
    ".inf",
    "2026-01-31",
    "12:30:45",
    "a: b",
    "a #b",
    "# a",
    "- a",
    "it's",
    '"',
    "\\",
    "a\nb",
    "a\r\nb",
    "\t",
    " a ",
    "-->",
    "---",
    "--!>",
    "<!--",
    "...",
    "{a: 1}",
    "[",
    "&a",
    "*a",
    "!a",
    "|",
    ">",
    "%",
    "@a",
    "`a`",
    "{{name}}",
    "=== /ONEX:Metadata ===",
    "# === /ONEX:Metadata ===",
    "=== /ONEX:Metadata === -->",
    "\u2028",
    "\ufeff",
    "\u0085",
    "é",
    "🌊",
    "1".repeat(64),
    `${"1".repeat(31)}e${"2".repeat(32)}`,
  ),
);

const scalar = fc.oneof(
  text,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);

/** Any JSON, but for numbers no text form of which is exact and for a key JSON.parse cannot make. */
export const json: fc.Arbitrary<JsonValue> = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(text, tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** Field names are identifiers, plus a few that need quoting. */
export const fieldName = fc.oneof(
  fc.stringMatching(/^[a-z_][a-z0-9_]{0,12}$/).filter((name) => !isTextField(name)),
  fc.constantFrom("yes", "null", "a.b", "$id", "a b", "ключ", "--", "-->", "#", "a: b", '"'),
);

const isTextField = (name: string): boolean =>
  ["version", "hash", "uuid", "created_at", "last_modified_at", "deprecated_by"].includes(name) ||
  name.endsWith("_version");

export const fields = fc.dictionary(fieldName, json, { maxKeys: 8 });
