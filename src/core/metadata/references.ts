import { isList, isObject, memberAt } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { parseLink } from "./link.ts";
import type { MetadataProblem } from "./problem.ts";
import { problem } from "./problem.ts";

/** What a state_contract field points at. */
export type ContractReference =
  | { readonly kind: "default" }
  | { readonly kind: "none" }
  | { readonly kind: "file"; readonly path: string };

const SCHEME = "state_contract://";

/**
 * Reads a state_contract field: `state_contract://default`, `none`, or a file relative to the node's folder, with or
 * without the scheme. null for anything that cannot be one: absolute paths, paths that leave the folder, no text.
 */
export function parseContractReference(value: JsonValue | undefined): ContractReference | null {
  if (typeof value !== "string") return null;
  const target = (value.startsWith(SCHEME) ? value.slice(SCHEME.length) : value).trim();
  if (target === "default") return { kind: "default" };
  if (target === "none") return { kind: "none" };
  const parts = target.split("/");
  if (target === "" || target.startsWith("/") || /[\\:]/.test(target) || parts.includes("..")) return null;
  return { kind: "file", path: parts.filter((part) => part !== "" && part !== ".").join("/") };
}

/** What tells whether a reference leads somewhere; given by whoever knows the files. */
export interface ReferenceWorld {
  /** True when the file, relative to the node's folder, exists. */
  readonly hasFile: (path: string) => boolean;
  /** True when a node or artifact of this namespace or name is known; absent when nobody can tell. */
  readonly hasArtifact?: (namespace: string) => boolean;
}

/** References that lead nowhere: ST008 for the state contract, RG007 for dependencies given as links. */
export function referenceProblems(
  fields: JsonObject,
  world: ReferenceWorld,
  fieldLines: Readonly<Record<string, number>> = {},
): readonly MetadataProblem[] {
  return [...contractProblems(fields, world, fieldLines), ...dependencyProblems(fields, world, fieldLines)];
}

function contractProblems(
  fields: JsonObject,
  world: ReferenceWorld,
  lines: Readonly<Record<string, number>>,
): MetadataProblem[] {
  const value = fields["state_contract"];
  if (value === undefined || value === null) return [];
  const place = { field: "state_contract", line: lines["state_contract"] ?? null };
  const reference = parseContractReference(value);
  if (reference === null) {
    return [
      problem(
        "ST008",
        `${JSON.stringify(value)} is not a state contract reference`,
        "use state_contract://contract.yaml",
        place,
      ),
    ];
  }
  if (reference.kind !== "file" || world.hasFile(reference.path)) return [];
  return [
    problem(
      "ST008",
      `the state contract ${reference.path} does not exist`,
      "put it beside the metadata, or correct the name",
      place,
    ),
  ];
}

function dependencyProblems(
  fields: JsonObject,
  world: ReferenceWorld,
  lines: Readonly<Record<string, number>>,
): MetadataProblem[] {
  const list = fields["dependencies"];
  const { hasArtifact } = world;
  if (!isList(list) || hasArtifact === undefined) return [];
  return list.flatMap((dependency, i) => {
    const target = isObject(dependency) ? dependency["target"] : dependency;
    const optional = memberAt(dependency, "optional") === true;
    if (typeof target !== "string" || optional) return [];
    const link = parseLink(target);
    if (!link.ok || hasArtifact(link.value.namespace)) return [];
    const place = { field: `dependencies[${i}]`, line: lines["dependencies"] ?? null };
    return [problem("RG007", `${target} is not known`, "register it, or mark the dependency optional", place)];
  });
}
