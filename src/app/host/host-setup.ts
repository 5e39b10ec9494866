import type { ContractText } from "../../../contracts/documents/contract-text.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import { problemJson } from "../../core/runtime-contract/problem.ts";
import { readRuntimeContract, type HostSetup } from "../../core/runtime-contract/read.ts";
import type { Log } from "../../spi/log.ts";

/** The contract that holds in an environment: what the deployment brings, the environment's own, or that for all. */
export function contractTextOf(
  contracts: Readonly<Record<string, ContractText>>,
  environment: string,
  brought: string,
): ContractText {
  if (brought.trim() !== "") return { file: "RUNTIME_CONTRACT", text: brought };
  const own = environment !== "" && Object.hasOwn(contracts, environment) ? contracts[environment] : undefined;
  return own ?? contracts[""] ?? { file: "contracts/runtime.yaml", text: "" };
}

/**
 * Reads the contract a host starts from and logs what is wired. Throws INVALID_CONFIGURATION, with everything that is wrong
 * in its details: a host whose contract cannot be kept does not start.
 */
export function hostSetup(
  { file, text }: ContractText,
  world: {
    readonly environment: string;
    readonly databases: readonly string[];
    /** The nodes of the bundle. */
    readonly nodes: readonly string[];
    readonly log: Log;
    readonly correlationId: string;
  },
): HostSetup {
  const { environment, databases, nodes: known, log, correlationId } = world;
  const read = readRuntimeContract(text, file, { environment, databases, nodes: known });
  if (!read.ok) {
    const problems = read.error.map(problemJson);
    log.error("the runtime contract is refused", { correlation_id: correlationId, environment, file, problems });
    throw new RuntimeHostError(
      fault("INVALID_CONFIGURATION", `the runtime contract ${file} is refused: ${read.error[0]?.error ?? ""}`, {
        place: file,
        hint: "`onex runtime lint` says everything that is wrong",
        details: { problems },
      }),
    );
  }
  const { name, version, handlers, nodes, eventBus } = read.value;
  log.info("the host is wired", {
    correlation_id: correlationId,
    environment,
    file,
    host: `${name}@${version}`,
    event_bus: eventBus,
    handlers: handlers.map(({ type }) => type),
    nodes: nodes.length === 0 ? "all" : nodes,
  });
  return read.value;
}
