import { isObject } from "../../../contracts/json/narrow.ts";
import { asWire } from "../../../contracts/json/wire.ts";
import type { JsonObject, JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import type { ExecutionProfileWire, StateContractWire } from "../../../contracts/documents/state-contract.ts";
import { stateContractWire } from "../../../contracts/documents/state-contract.ts";
import { readYaml } from "../metadata/yaml.ts";
import type { ExecutionProfile } from "../registry/node.ts";
import type { Result } from "../result.ts";
import { Budget } from "../schema/budget.ts";
import { err, ok } from "../result.ts";
import { callProblems } from "../declared/check-call.ts";
import { checkSchema } from "./check-schema.ts";
import { withoutAliases } from "./contract-aliases.ts";
import type { ContractProblem } from "./contract-problem.ts";
import { contractProblem } from "./contract-problem.ts";
import { keyRulesOf } from "./key-rules.ts";
import { limitProblems, limitsOf } from "./execution-limits.ts";
import { normaliseSchema } from "./normalise-schema.ts";
import type { StateContract } from "./state-contract.ts";
import { cliProblems } from "./runner-blocks.ts";
import { readSide } from "./state-schemas.ts";
import { validateState } from "./validate-state.ts";

/** A contract and what is odd about it without being wrong: unknown fields. */
export interface LoadedContract {
  readonly contract: StateContract;
  readonly warnings: readonly ContractProblem[];
}

/** Contracts of a newer major may mean something else by the same names. */
const NEWEST_MAJOR = 1;
/** Names and values of any kind in a contract, its schemas and examples among them. */
const MAX_VALUES = 10_000;
/** Findings of one kind: more of them tell nothing new. */
const MAX_PROBLEMS = 50;
/** Steps of work for both examples together. */
const EXAMPLES_WORK = 500_000;
const KNOWN = new Set(Object.keys(stateContractWire.shape));

/**
 * Reads a contract.yaml, ours or one of the earlier project. Refusals list everything wrong at once: syntax, shape,
 * schemas, disagreement of the two forms, examples that do not satisfy their own schemas.
 */
export function loadContract(text: string): Result<LoadedContract, readonly ContractProblem[]> {
  const document = contractDocument(text);
  return document.ok ? contractFrom(document.value) : document;
}

/** What a contract's text holds, before anybody asks what it means. */
export function contractDocument(text: string): Result<JsonObject, readonly ContractProblem[]> {
  const yaml = readYaml(text, { exact: true });
  if (!yaml.ok)
    return err([contractProblem("ST001", `line ${yaml.error.line}`, yaml.error.message, "correct the YAML")]);
  if (!isObject(yaml.value))
    return err([contractProblem("ST001", [], "a contract is a mapping", "start with contract_version: 1.0.0")]);
  return ok(yaml.value);
}

/** The same for a contract that is already data. */
export function contractFrom(given: JsonObject): Result<LoadedContract, readonly ContractProblem[]> {
  if (holdsMoreThan(MAX_VALUES, given)) {
    const hint = "say what repeats once under $defs, and give what is large as a value at run time";
    return err([contractProblem("ST001", [], `the contract holds more than ${MAX_VALUES} values`, hint)]);
  }
  const source = withoutAliases(given);
  const version = versionProblem(source["contract_version"]);
  if (version !== null) return err([version]);
  const parsed = stateContractWire.safeParse(source);
  const found: ContractProblem[] = [];
  if (!parsed.success) {
    for (const issue of parsed.error.issues.slice(0, MAX_PROBLEMS)) {
      const place = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
      const missing = place.length === 1 && !(String(place[0]) in source);
      found.push(
        missing
          ? contractProblem("SC003", place, `the field ${String(place[0])} is missing`, `add ${String(place[0])}`)
          : contractProblem("ST001", place, issue.message, "correct the field"),
      );
    }
    // The schemas are still worth checking: everything wrong is listed at once.
    for (const side of ["input", "output"] as const) readSide(loose(source, side), found);
    return err(found);
  }
  return built(source, parsed.data, found);
}

function versionProblem(version: unknown): ContractProblem | null {
  const major = typeof version === "string" ? /^(\d+)\.\d+\.\d+$/.exec(version)?.[1] : undefined;
  if (major === undefined || Number(major) <= NEWEST_MAJOR) return null;
  const message = `contract_version ${String(version)} has a newer major version than ${NEWEST_MAJOR}, which this reader understands`;
  return contractProblem(
    "SC008",
    ["contract_version"],
    message,
    `write the contract for version ${NEWEST_MAJOR}.x, or update ONEX`,
  );
}

/** What can be said of a side of a contract whose other fields are wrong. */
function loose(source: JsonObject, side: "input" | "output"): Parameters<typeof readSide>[0] {
  const map = (field: string): JsonObject | undefined => {
    const value = source[field];
    const good = isObject(value) && (field.endsWith("_state") || Object.values(value).every(isObject));
    return good ? value : field in source ? {} : undefined;
  };
  return { side, contract: map(`${side}_contract`), state: map(`${side}_state`), optional: undefined };
}

function built(
  source: JsonObject,
  wire: StateContractWire,
  found: ContractProblem[],
): Result<LoadedContract, readonly ContractProblem[]> {
  const input = readSide(
    { side: "input", contract: wire.input_contract, state: wire.input_state, optional: wire.optional_inputs },
    found,
  );
  const output = readSide(
    { side: "output", contract: wire.output_contract, state: wire.output_state, optional: undefined },
    found,
  );
  const errorState = wire.error_state === undefined ? null : normaliseSchema(wire.error_state);
  if (errorState !== null) found.push(...checkSchema(errorState, ["error_state"]));
  const work = new Budget(EXAMPLES_WORK);
  if (input !== null) found.push(...exampleProblems(input.state, wire.examples?.valid_input, "valid_input", work));
  if (output !== null) found.push(...exampleProblems(output.state, wire.examples?.valid_output, "valid_output", work));
  const inputs = new Set(Object.keys(input?.schemas ?? {}));
  if (input !== null) {
    found.push(...limitProblems(asWire(wire.execution.limits), { inputs, composite: wire.graph !== undefined }));
  }
  if (wire.call !== undefined && input !== null && output !== null) {
    const optional = input.optional;
    found.push(
      ...callProblems(wire.call, {
        inputs: new Map([...inputs].map((key) => [key, optional.has(key)])),
        outputs: new Set(Object.keys(output.schemas)),
      }),
    );
  }
  if (input !== null && output !== null)
    found.push(...cliProblems(wire.cli, { inputs, outputs: new Set(Object.keys(output.schemas)) }));
  if (found.length > 0 || input === null || output === null) return err(found);
  const contract: StateContract = {
    nodeName: wire.node_name,
    nodeVersion: wire.node_version ?? null,
    contractVersion: wire.contract_version,
    description: wire.contract_description ?? null,
    kind: wire.kind,
    inputs: Object.fromEntries(
      Object.entries(input.schemas).map(([key, schema]) => [key, { schema, optional: input.optional.has(key) }]),
    ),
    outputs: output.schemas,
    inputState: input.state,
    outputState: output.state,
    errorState,
    examples: { validInput: wire.examples?.valid_input ?? null, validOutput: wire.examples?.valid_output ?? null },
    execution: executionOf(wire.execution),
    config: wire.config,
    group: wire.group ?? null,
    isPrivate: wire.visibility === "private",
    keys: keyRulesOf(wire.keys),
    graph: wire.graph ?? null,
    call: wire.call ?? null,
    remote: wire.remote ?? null,
    runner: runnerOf(wire),
    source,
  };
  return ok({ contract, warnings: unknownFields(source) });
}

function exampleProblems(
  schema: JsonSchema,
  example: JsonObject | undefined,
  name: string,
  work: Budget,
): readonly ContractProblem[] {
  if (example === undefined) return [];
  return validateState(schema, example, `$.examples.${name}`, work).map(({ place, message }) =>
    contractProblem("ST010", place, `the example ${message}`, "correct the example or its schema"),
  );
}

function executionOf(wire: ExecutionProfileWire): ExecutionProfile {
  const limits = limitsOf(asWire(wire.limits));
  return {
    cost: wire.cost,
    latencyMs: wire.latency_ms,
    timeoutMs: wire.timeout_ms,
    retry: {
      maxRetries: wire.retry.max_retries,
      backoff: wire.retry.backoff,
      baseMs: wire.retry.base_ms,
      maxMs: wire.retry.max_ms,
    },
    cache: wire.cache === null ? null : { ttlMs: Math.round(wire.cache.ttl_s * 1000) },
    ...(limits === undefined ? {} : { limits }),
  };
}

const runnerOf = ({ execution, cli, python }: StateContractWire): StateContract["runner"] => ({
  pool: execution.pool ?? null,
  queueTimeoutMs: execution.queue_timeout_ms,
  sandbox: execution.sandbox,
  ...(cli === undefined ? {} : { cli }),
  ...(python === undefined ? {} : { python }),
});

function holdsMoreThan(most: number, whole: JsonValue): boolean {
  let left = most;
  const open: JsonValue[] = [whole];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    for (const part of Object.values(next)) if (left-- > 0) open.push(part);
    if (left < 0) return true;
  }
  return false;
}

const unknownFields = (source: JsonObject): readonly ContractProblem[] =>
  Object.keys(source)
    .filter((field) => !KNOWN.has(field))
    .slice(0, MAX_PROBLEMS)
    .map((field) =>
      contractProblem("SC010", [field], `the field ${field} is not known`, "put fields of your own under metadata"),
    );
