import type { JsonObject } from "../../../contracts/json/json.ts";
import {
  canonicalMetadata,
  EXTENDED_META_TYPES,
  permissiveMetadata,
  PERMISSIVE_DEFAULTS,
} from "../../../contracts/documents/node-metadata.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import { ENTRYPOINT_TYPES, isEntrypointType } from "../registry/entrypoints.ts";
import { parseEntrypoint } from "./entrypoint.ts";
import { isLifecycle, lifecycleProblem, stateProblems } from "./lifecycle.ts";
import { parseNamespace } from "./namespace.ts";
import type { MetadataProblem, ProblemCode } from "./problem.ts";
import { hasErrors, problem } from "./problem.ts";

/** `canonical`: all fourteen required fields in one spelling. `permissive`: eight, with defaults and every known spelling. */
export type Profile = "canonical" | "permissive";

/** Versions newer than these majors may mean something else by the same names, so they are refused. */
const NEWEST_MAJOR = { schema_version: 1, metadata_version: 1, protocol_version: 1 } as const;

const SCHEMAS = { canonical: canonicalMetadata, permissive: permissiveMetadata } as const;
const KNOWN: Readonly<Record<Profile, ReadonlySet<string>>> = {
  canonical: new Set(Object.keys(canonicalMetadata.shape)),
  permissive: new Set(Object.keys(permissiveMetadata.shape)),
};

const SYNTAX_OF: Readonly<Record<string, { readonly code: ProblemCode; readonly hint: string }>> = {
  uuid: { code: "MD004", hint: "use a UUID such as 3d82990f-08d7-48eb-8c67-569ceac0660b" },
  created_at: { code: "MD005", hint: "use an ISO 8601 date and time such as 2026-01-31T12:00:00Z" },
  last_modified_at: { code: "MD005", hint: "use an ISO 8601 date and time such as 2026-01-31T12:00:00Z" },
  version: { code: "MD007", hint: "use a semantic version such as 1.0.0" },
  namespace: { code: "MD008", hint: "use a namespace such as onex.tools.example" },
};

/**
 * Checks what a block's fields mean: everything wrong at once, each with its code, field, line and hint. Unknown fields
 * are warnings. An empty list means valid. Hash verdicts are readBlock's.
 */
export function validateMetadata(
  fields: JsonObject,
  profile: Profile,
  fieldLines: Readonly<Record<string, number>> = {},
): readonly MetadataProblem[] {
  const found: MetadataProblem[] = [];
  const lineOf = (field: string): number | null =>
    Object.hasOwn(fieldLines, field) ? (fieldLines[field] ?? null) : null;
  const given = withoutNulls(fields);
  const parsed = SCHEMAS[profile].safeParse(given);
  const tokens = leftoverTokens(given);
  for (const [field, token] of tokens) {
    const message = `the template token ${token} was never replaced`;
    found.push(problem("MD002", message, `give ${field} a value`, { line: lineOf(field), field }));
  }
  for (const issue of parsed.success ? [] : parsed.error.issues) {
    const [top = "", ...rest] = issue.path.map(String);
    if (tokens.has(top)) continue;
    if (top !== "lifecycle" || !("lifecycle" in given)) found.push(fromIssue(issue, top, rest, given, lineOf(top)));
  }
  if ("lifecycle" in given) {
    if (!isLifecycle(given["lifecycle"])) found.push(lifecycleProblem(given["lifecycle"], lineOf("lifecycle")));
    else {
      const reasons = {
        deprecatedBy: textOf(given["deprecated_by"]),
        archivedReason: textOf(given["archived_reason"]),
      };
      found.push(...stateProblems(given["lifecycle"], reasons, lineOf("lifecycle")));
    }
  }
  found.push(...entrypointProblems(given, lineOf("entrypoint")), ...versionProblems(given, lineOf));
  if (profile === "permissive" && "namespace" in given) {
    const namespace = parseNamespace(given["namespace"]);
    if (!namespace.ok)
      found.push(
        problem("MD008", namespace.error, SYNTAX_OF["namespace"]?.hint ?? "", {
          line: lineOf("namespace"),
          field: "namespace",
        }),
      );
  }
  for (const field of Object.keys(given)) {
    if (KNOWN[profile].has(field)) continue;
    found.push(
      problem("SC010", `the field ${field} is not known`, "put fields of your own under x_extensions", {
        line: lineOf(field),
        field,
      }),
    );
  }
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
}

/**
 * The fields with the permissive profile's defaults filled in and nulls dropped, or everything wrong with them. Unknown
 * fields stay.
 */
export function completeMetadata(fields: JsonObject): Result<JsonObject, readonly MetadataProblem[]> {
  const problems = validateMetadata(fields, "permissive");
  return hasErrors(problems) ? err(problems) : ok({ ...PERMISSIVE_DEFAULTS, ...withoutNulls(fields) });
}

/** A null field is an absent one: earlier stampers wrote every field they knew. */
export const withoutNulls = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));

const textOf = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** Field → token, for fields whose whole value is a template's token: `{AUTHOR}`, `{{name}}`, `<to-be-generated>`. */
function leftoverTokens(fields: JsonObject): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [field, value] of Object.entries(fields)) {
    // YAML reads {AUTHOR} as a mapping from AUTHOR to nothing.
    const only = typeof value === "object" && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
    const name = only.length === 1 && only[0]?.[1] === null ? only[0][0] : undefined;
    if (name !== undefined && /^[A-Z][A-Z0-9_]*$/.test(name)) found.set(field, `{${name}}`);
    else if (typeof value === "string" && /^(\{\{[^{}]+\}\}|<to[-_]be[-_][a-z_-]+>)$/i.test(value))
      found.set(field, value);
  }
  return found;
}

type Issue = NonNullable<ReturnType<typeof canonicalMetadata.safeParse>["error"]>["issues"][number];

function fromIssue(
  issue: Issue,
  top: string,
  rest: readonly string[],
  fields: JsonObject,
  line: number | null,
): MetadataProblem {
  const field = [top, ...rest].join(".");
  const place = { line, field };
  if (rest.length === 0 && !(top in fields)) {
    return problem(
      top === "version" ? "MD006" : "SC003",
      `the field ${top} is missing`,
      `add ${top} to the metadata block`,
      place,
    );
  }
  const syntax = rest.length === 0 ? SYNTAX_OF[top] : undefined;
  switch (issue.code) {
    case "invalid_type":
      return problem(
        "SC004",
        `${field} must be of type ${issue.expected}`,
        `write ${field} as ${issue.expected}`,
        place,
      );
    case "invalid_value": {
      const allowed = field === "meta_type" ? EXTENDED_META_TYPES : issue.values;
      return problem(
        "SC005",
        `${field} is not one of the allowed values`,
        `use one of ${allowed.map(String).join(", ")}`,
        place,
      );
    }
    case "too_big":
    case "too_small":
      return problem("SC006", `${field} is out of range: ${issue.message}`, `correct ${field}`, place);
    case "invalid_union":
      return problem("SC004", `${field} has none of the accepted forms`, `see the field list for ${field}`, place);
    default:
      return problem(syntax?.code ?? "SC007", `${field} ${issue.message}`, syntax?.hint ?? `correct ${field}`, place);
  }
}

function entrypointProblems(fields: JsonObject, line: number | null): MetadataProblem[] {
  if (!("entrypoint" in fields)) return [];
  const entrypoint = parseEntrypoint(fields["entrypoint"]);
  const place = { line, field: "entrypoint" };
  if (!entrypoint.ok)
    return [problem("SC002", entrypoint.error, "write entrypoint as a mapping of type and target", place)];
  if (isEntrypointType(entrypoint.value.type)) return [];
  const hint = `use one of ${ENTRYPOINT_TYPES.join(", ")}`;
  return [
    problem("SC005", `the entrypoint type ${entrypoint.value.type} is not known`, hint, {
      line,
      field: "entrypoint.type",
    }),
  ];
}

function versionProblems(fields: JsonObject, lineOf: (field: string) => number | null): MetadataProblem[] {
  return Object.entries(NEWEST_MAJOR).flatMap(([field, newest]) => {
    const given = textOf(fields[field]) ?? "";
    const major = /^(\d+)\.\d+\.\d+$/.exec(given)?.[1];
    if (major === undefined || Number(major) <= newest) return [];
    const message = `${field} ${given} has a newer major version than ${newest}, which this reader understands`;
    const code = field === "schema_version" ? "SC008" : "MD010";
    return [
      problem(code, message, `write the block for ${field} ${newest}.x, or update ONEX`, {
        line: lineOf(field),
        field,
      }),
    ];
  });
}
