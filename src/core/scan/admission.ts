import { keysOf, memberAt } from "../../../contracts/json/narrow.ts";
import { canBeExecuted } from "../crawl/artifact-role.ts";
import type { Fault } from "../errors.ts";
import type { MetadataProblem, ProblemCode } from "../metadata/problem.ts";
import { problem, PROBLEM_CODES } from "../metadata/problem.ts";
import type { BlockReading } from "../metadata/reading.ts";
import { admitNode } from "../registry/admit.ts";
import { CONTRACT_FILE, METADATA_FILE } from "../registry/artifact-hashes.ts";
import { folderArtifacts } from "../registry/folder-artifacts.ts";
import type { ScanWorld } from "./references.ts";
import type { Finding } from "./verdict.ts";

/**
 * What a registry would refuse a node for, so that a file that validates can be registered: the registry's own rules,
 * asked of the node's folder. Only files of our dialect that can be executed are nodes of a registry. What `known` errors
 * say already is not said again; what is wrong inside the contract is told by the contract's own verdict, and here in a line.
 */
export function admissionProblems(
  text: string,
  { fields, dialect }: Pick<BlockReading, "fields" | "dialect">,
  path: string,
  world: ScanWorld,
  known: readonly Finding[],
): readonly MetadataProblem[] {
  if (dialect !== "ONEX" || !canBeExecuted(path, fields)) return [];
  const artifacts = folderArtifacts(text, fields, (file) => world.text(file));
  if (artifacts === null) {
    if (known.some(({ code }) => code === "ST008")) return [];
    return [
      problem("ST008", `there is no ${CONTRACT_FILE} in its folder`, "add the state contract", { severity: "error" }),
    ];
  }
  const admitted = admitNode(artifacts);
  if (admitted.ok) return [];
  const own: Fault[] = [];
  const inside: Fault[] = [];
  for (const one of admitted.error) (isInsideContract(one) ? inside : own).push(one);
  const told = own
    .map(asProblem)
    .filter(({ code, line }) => !known.some((one) => one.code === code && one.line === line));
  const [first] = inside;
  if (!first) return told;
  const more = inside.length === 1 ? "" : `, and ${inside.length - 1} more`;
  const summary = `${CONTRACT_FILE} is refused: ${placeIn(first)} ${first.message}${more}`;
  return [...told, problem(codeOf(first), summary, first.hint ?? "correct the contract", { severity: "error" })];
}

/** Whether a fault is the contract's alone, and no disagreement of the contract with the metadata. */
const isInsideContract = (one: Fault): boolean =>
  one.place?.startsWith(`${CONTRACT_FILE}:`) === true && codeOf(one) !== "ST004";

const METADATA_LINE = new RegExp(`^${METADATA_FILE.replaceAll(".", "\\.")}:(\\d+)$`);

function asProblem(one: Fault): MetadataProblem {
  const line = METADATA_LINE.exec(one.place ?? "")?.[1];
  const message = one.place?.startsWith(CONTRACT_FILE) === true ? `${one.place}: ${one.message}` : one.message;
  return problem(codeOf(one), message, one.hint ?? "correct it", {
    line: line === undefined ? null : Number(line),
    severity: "error",
  });
}

const placeIn = ({ place = "" }: Fault): string => place.slice(CONTRACT_FILE.length + 1);

const codeOf = ({ details }: Fault): ProblemCode =>
  keysOf(PROBLEM_CODES).find((code) => code === memberAt(details, "code")) ?? "RG009";
