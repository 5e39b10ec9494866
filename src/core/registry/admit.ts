import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import canonicalize from "canonicalize";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { nodeName } from "../../../contracts/json/json.ts";
import { withoutAliases } from "../contract/contract-aliases.ts";
import { contractDocument, contractFrom } from "../contract/load-contract.ts";
import type { ContractProblem } from "../contract/contract-problem.ts";
import type { StateContract } from "../contract/state-contract.ts";
import type { ErrorCode, Fault } from "../errors.ts";
import { fault } from "../errors.ts";
import { parseEntrypoint } from "../metadata/entrypoint.ts";
import type { MetadataProblem } from "../metadata/problem.ts";
import { problem } from "../metadata/problem.ts";
import { validateMetadata } from "../metadata/profile.ts";
import { readBlock } from "../metadata/read.ts";
import type { BlockReading } from "../metadata/reading.ts";
import type { Result } from "../result.ts";
import { err, ok } from "../result.ts";
import { artifactFaults, METADATA_FILE } from "./artifact-hashes.ts";
import { entrypointFaults } from "./entrypoint-rules.ts";
import { poolOf, runsIn } from "./entrypoints.ts";
import { fileFaults } from "./node-files.ts";
import type { Entrypoint, Lifecycle, NodeArtifacts, NodeDefinition } from "./node.ts";

/** Longer metadata is refused unread: real metadata is a hundredth of this. UTF-16 units. */
const MAX_METADATA_LENGTH = 32 * 1024;

/**
 * Everything the registry checks before it takes a node, as one pure decision: metadata in our dialect with its true
 * hash, valid under the canonical profile; a contract that can be used and speaks of the same node; an entrypoint that
 * has what it needs; declared artifact hashes that hold. Refusals list every problem at once, each with its place
 * (`node.onex.yaml:12`, `contract.yaml:$.input_contract["document.text"]`) and hint; the taxonomy's code is in details.
 */
export function admitNode(artifacts: NodeArtifacts): Result<NodeDefinition, readonly Fault[]> {
  if (artifacts.metadata.length > MAX_METADATA_LENGTH) return err([tooLong(artifacts.metadata.length)]);
  const reading = readBlock(artifacts.metadata, { path: METADATA_FILE });
  const document = contractDocument(artifacts.contract);
  const contract = document.ok ? contractFrom(document.value) : document;
  const faults = [...metadataFaults(reading), ...(contract.ok ? [] : contract.error.map(contractFault))];
  const fields = reading.fields;
  const entrypoint = parseEntrypoint(fields["entrypoint"]);
  if (entrypoint.ok) {
    faults.push(
      ...entrypointFaults(
        entrypoint.value,
        artifacts,
        contract.ok ? contract.value.contract : null,
        placeOf(reading, "entrypoint"),
      ),
    );
  }
  faults.push(...agreementFaults(fields, document.ok ? document.value : {}));
  faults.push(
    ...artifactFaults(fields, artifacts, entrypoint.ok ? entrypoint.value : null, placeOf(reading, "x_extensions")),
  );
  faults.push(...fileFaults(artifacts, entrypoint.ok ? entrypoint.value : null));
  if (faults.length > 0 || !contract.ok || !entrypoint.ok) return err(faults);
  return ok(definition(fields, entrypoint.value, contract.value.contract, artifacts, reading.computedHash ?? ""));
}

const tooLong = (length: number): Fault =>
  fault("METADATA_INVALID", `the metadata has ${length} characters, ${MAX_METADATA_LENGTH} are read`, {
    place: METADATA_FILE,
    hint: "describe the node at length in a file of its own",
  });

function metadataFaults(reading: BlockReading): Fault[] {
  if (reading.lines === null && reading.hash === "absent") {
    const hint = "stamp node.onex.yaml with `onex stamp`";
    return [metadataFault(problem("MD001", "there is no metadata block", hint))];
  }
  const problems = reading.errors.filter((found) => found.severity === "error" && found.code !== "MD003");
  if (reading.hash !== "verified" || reading.dialect !== "ONEX") problems.push(hashProblem(reading));
  if (reading.lines !== null || Object.keys(reading.fields).length > 0) {
    problems.push(
      ...validateMetadata(reading.fields, "canonical", reading.fieldLines).filter(
        (found) => found.severity === "error",
      ),
    );
    const name = reading.fields["name"];
    if (typeof name === "string" && !nodeName.safeParse(name).success) {
      const line = reading.fieldLines["name"] ?? null;
      problems.push(
        problem(
          "SC007",
          `${JSON.stringify(name)} is not a node name`,
          "use lower case letters, digits and underscores",
          { line, field: "name" },
        ),
      );
    }
  }
  const seen = new Set<string>();
  return problems
    .filter(
      (found) =>
        !seen.has(`${found.code} ${found.field} ${found.line}`) &&
        seen.add(`${found.code} ${found.field} ${found.line}`),
    )
    .sort((a, b) => (a.line ?? 0) - (b.line ?? 0))
    .map(metadataFault);
}

function hashProblem(reading: BlockReading): MetadataProblem {
  const line = reading.fieldLines["hash"] ?? null;
  const hint = "stamp node.onex.yaml with `onex stamp`";
  const message =
    reading.hash === "verified"
      ? `the block is of dialect ${reading.dialect}, which is read but not registered`
      : `the hash is not verified: ${reading.hash}`;
  return problem("MD003", message, hint, { line, field: "hash" });
}

function metadataFault(found: MetadataProblem): Fault {
  const code: ErrorCode =
    found.code === "MD003"
      ? "METADATA_HASH_MISMATCH"
      : found.code.startsWith("LC")
        ? "LIFECYCLE_INVALID"
        : "METADATA_INVALID";
  const place = found.line === null ? METADATA_FILE : `${METADATA_FILE}:${found.line}`;
  return fault(code, found.message, {
    place,
    hint: found.hint,
    details: { code: found.code, field: found.field ?? null },
  });
}

function contractFault(found: ContractProblem): Fault {
  const place = `contract.yaml:${found.place.replace(/^line /, "")}`;
  return fault("CONTRACT_VALIDATION_ERROR", found.message, { place, hint: found.hint, details: { code: found.code } });
}

function placeOf(reading: BlockReading, field: string): string {
  const line = reading.fieldLines[field];
  return line === undefined ? METADATA_FILE : `${METADATA_FILE}:${line}`;
}

/** The contract must speak of the node the metadata describes. */
function agreementFaults(fields: JsonObject, contract: JsonObject): Fault[] {
  // Read off the document, so that a contract with other faults is still compared.
  const said = withoutAliases(contract);
  const pairs = [
    ["node_name", "name"],
    ["node_version", "version"],
  ] as const;
  return pairs.flatMap(([field, of]) => {
    const declared = fields[of];
    const given = said[field];
    if (typeof declared !== "string" || typeof given !== "string" || declared === given) return [];
    return [
      fault("CONTRACT_VALIDATION_ERROR", `${field} is ${given}, the metadata's ${of} is ${declared}`, {
        place: `contract.yaml:$.${field}`,
        hint: "give both files the same name and version",
        details: { code: "ST004" },
      }),
    ];
  });
}

function definition(
  fields: JsonObject,
  entrypoint: Entrypoint,
  contract: StateContract,
  artifacts: NodeArtifacts,
  hash: string,
): NodeDefinition {
  const text = (field: string): string => fields[field] as string;
  const tags = Array.isArray(fields["tags"]) ? (fields["tags"] as readonly string[]) : [];
  return {
    name: text("name"),
    version: text("version"),
    uuid: text("uuid"),
    namespace: text("namespace"),
    description: text("description"),
    lifecycle: fields["lifecycle"] as Lifecycle,
    kind: contract.kind,
    entrypoint,
    inputs: contract.inputs,
    outputs: contract.outputs,
    inputState: contract.inputState,
    outputState: contract.outputState,
    execution: contract.execution,
    config: contract.config,
    ...(contract.graph === null ? {} : { graph: contract.graph }),
    ...(contract.call === null ? {} : { call: contract.call }),
    ...(contract.remote === null ? {} : { remote: contract.remote }),
    ...(runsIn({ entrypoint }, "pool")
      ? { runner: { ...contract.runner, pool: contract.runner.pool ?? poolOf(entrypoint.type) } }
      : {}),
    ...(contract.isPrivate ? { visibility: "private" as const } : {}),
    ...(Object.keys(contract.keys).length === 0 ? {} : { keys: contract.keys }),
    tags,
    group: contract.group,
    declaredTrust: typeof fields["trust_score"] === "number" ? fields["trust_score"] : null,
    hash,
    digest: digestOf(artifacts),
  };
}

/** SHA-256 over the canonical JSON (RFC 8785) of the three texts: what makes two registrations the same. */
function digestOf({ metadata, contract, code }: NodeArtifacts): string {
  const content: JsonValue = { metadata, contract, code: code ?? null };
  return bytesToHex(sha256(utf8ToBytes(canonicalize(content) ?? "")));
}
