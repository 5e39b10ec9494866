import type { JsonObject } from "../../../contracts/json/json.ts";
import { compositeWire } from "../../../contracts/documents/graph.ts";
import { jsonPath } from "../contract/json-path.ts";
import type { StateContract } from "../contract/state-contract.ts";
import type { Fault } from "../errors.ts";
import { fault } from "../errors.ts";
import { WAIT_KINDS } from "../plan/model/wait.ts";
import { MAX_FUNCTION_CPU_MS } from "../sandbox/budget.ts";
import { triggerConfigProblems } from "../trigger/trigger-node.ts";
import { isAddress } from "../declared/operation-of.ts";
import { entrypointTraits, EXECUTABLE_TYPES, hasCode } from "./entrypoints.ts";
import type { Entrypoint, NodeArtifacts } from "./node.ts";
import { SERVICE_FETCH, serviceTarget } from "./service-target.ts";
import { runnerProblems } from "./runner-rules.ts";

/**
 * What an entrypoint needs and must not have: `function` its code, `composite` a graph, and nobody else has either; `wait`
 * something to wait for and one output, which is what it waited for. A function asks for no more CPU than it can have.
 */
export function entrypointFaults(
  { type, target }: Entrypoint,
  { code }: NodeArtifacts,
  contract: StateContract | null,
  place: string,
): Fault[] {
  const found: Fault[] = [];
  const refuse = (message: string, hint: string): void => {
    found.push(fault("METADATA_INVALID", message, { place, hint, details: { code: "RG003", field: "entrypoint" } }));
  };
  const { runs } = entrypointTraits(type);
  const needsCode = hasCode({ type, target });
  if (runs === "nowhere")
    refuse(`a ${type} entrypoint cannot be executed`, `use one of ${EXECUTABLE_TYPES.join(", ")}`);
  if (needsCode && (code ?? "").trim() === "")
    refuse(`a ${type} needs its code`, `send the ${type === "python" ? "Python" : "JavaScript"} file as code`);
  if (!needsCode && code !== undefined)
    refuse(`a ${type} entrypoint takes no code`, "leave code out, or use type function");
  if (runs === "pool")
    for (const { message, hint } of runnerProblems({ type, target }, contract)) refuse(message, hint);
  if (runs === "ring" && !WAIT_KINDS.has(target))
    refuse(`nothing can wait for ${JSON.stringify(target)}`, `use one of ${[...WAIT_KINDS].join(", ")} as its target`);
  if (type === "service" && serviceTarget(target) === null)
    refuse(
      `${JSON.stringify(target)} is no method of a bound Worker`,
      "the target is BINDING#method, or BINDING#fetch for a signed request",
    );
  if (contract !== null && runs === "ring" && Object.keys(contract.outputs).length !== 1)
    refuse("a wait yields exactly one value", "declare one key in output_contract");
  if (contract !== null && runs === "graph" && contract.graph === null)
    refuse("a composite needs a graph", "add graph to contract.yaml");
  if (contract !== null && runs !== "graph" && contract.graph !== null) {
    refuse(`a ${type} entrypoint takes no graph`, "remove graph from contract.yaml, or use type composite");
  }
  if (contract !== null) {
    const does = contract.call === null ? null : contract.call.http === undefined ? "db" : "http";
    if (does !== null && does !== type)
      refuse(`a ${type} entrypoint makes no ${does} call`, `use type ${does}, or remove call from contract.yaml`);
    if (type === "http" && does === null && !(isAddress(target) && contract.remote !== null))
      refuse(
        "an http node is a call or is elsewhere, and this says neither",
        "add call: {http: …} to contract.yaml, or remote: {secret_ref: NAME} for the node at the URL that is the target",
      );
    const method = type === "service" ? (serviceTarget(target)?.method ?? null) : null;
    if (contract.remote !== null && method !== null && method !== SERVICE_FETCH)
      refuse("a call of a bound Worker's method is not signed", "remove remote from contract.yaml");
    if (contract.remote === null && method === SERVICE_FETCH)
      refuse("a request to a bound Worker is signed", "add remote: {secret_ref: NAME} to contract.yaml");
    if (contract.remote !== null && type !== "service" && (type !== "http" || does !== null))
      refuse("only an http node without a call is elsewhere", "remove remote from contract.yaml");
    if (type === "db" && does === null) refuse("a db node needs its statement", "add call: {db: …} to contract.yaml");
    if (type === "db" && !/^[A-Za-z_][A-Za-z0-9_]*$/.test(target))
      refuse(`${JSON.stringify(target)} is no name of a database`, "the target is the name of a database binding");
  }
  if (contract !== null && type === "function") found.push(...budgetFaults(contract));
  if (contract !== null && runs === "bus") found.push(...triggerFaults(contract));
  if (contract !== null && runs === "graph" && contract.graph !== null) found.push(...graphFaults(contract.graph));
  return found;
}

/** What a function could never have is not promised to it: it would be stopped before its time. */
function budgetFaults({ execution: { timeoutMs } }: StateContract): Fault[] {
  if (timeoutMs <= MAX_FUNCTION_CPU_MS) return [];
  const message = `a function has at most ${MAX_FUNCTION_CPU_MS} ms of CPU, and the contract declares ${timeoutMs}`;
  return [
    fault("CONTRACT_VALIDATION_ERROR", message, {
      place: `contract.yaml:${jsonPath(["execution", "timeout_ms"])}`,
      hint: `declare ${MAX_FUNCTION_CPU_MS} or less; split longer work into several nodes`,
      details: { code: "ST001" },
    }),
  ];
}

/** A trigger node starts something and yields nothing itself, so that no plan ever takes it for a step. */
function triggerFaults({ config, group, outputs }: StateContract): Fault[] {
  const refuse = (path: readonly PropertyKey[], message: string): Fault => {
    const steps = path.map((step) => (typeof step === "number" ? step : String(step)));
    return fault("CONTRACT_VALIDATION_ERROR", message, {
      place: `contract.yaml:${jsonPath(steps)}`,
      hint: "a trigger node has config {group, starts} and an empty output_contract",
      details: { code: "ST001" },
    });
  };
  const problems = triggerConfigProblems(config, group).map(({ path, message }) =>
    refuse(["config", ...path], message),
  );
  const yields = Object.keys(outputs).length > 0 ? [refuse(["output_contract"], "a trigger node yields nothing")] : [];
  return [...problems, ...yields];
}

/** The graph's shape; whether its steps exist is the planner's question, for registrations come in any order. */
function graphFaults(graph: JsonObject): Fault[] {
  const parsed = compositeWire.safeParse(graph);
  return (parsed.error?.issues ?? []).map((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)));
    const place = `contract.yaml:${jsonPath(["graph", ...path])}`;
    return fault("CONTRACT_VALIDATION_ERROR", issue.message, {
      place,
      hint: "correct the graph",
      details: { code: "ST001" },
    });
  });
}
