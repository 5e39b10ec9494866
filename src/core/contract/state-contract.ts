import type { RemoteBlock } from "../../../contracts/documents/remote.ts";
import type { CallBlock } from "../../../contracts/documents/call.ts";
import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
import type { RunnerSpec } from "../registry/runner-spec.ts";
import type { ContractKey, ExecutionProfile, InputPort, KeyRule, NodeKind } from "../registry/node.ts";

/** A state contract ready for use: aliases resolved, schemas normalised, keys and whole-state schemas in agreement. */
export interface StateContract {
  readonly nodeName: string;
  /** Null when the contract leaves the version to the metadata. */
  readonly nodeVersion: string | null;
  readonly contractVersion: string;
  readonly description: string | null;
  readonly kind: NodeKind;
  readonly inputs: Readonly<Record<ContractKey, InputPort>>;
  readonly outputs: Readonly<Record<ContractKey, JsonSchema>>;
  readonly inputState: JsonSchema;
  readonly outputState: JsonSchema;
  readonly errorState: JsonSchema | null;
  /** A state that satisfies its schema each, or null when the contract gives none. */
  readonly examples: { readonly validInput: JsonObject | null; readonly validOutput: JsonObject | null };
  readonly execution: ExecutionProfile;
  readonly config: JsonObject;
  readonly group: string | null;
  /** Whether its name alone reaches the node. */
  readonly isPrivate: boolean;
  /** What its owner says of contract keys. */
  readonly keys: Readonly<Record<ContractKey, KeyRule>>;
  /** The body of a composite node, as written. */
  readonly graph: JsonObject | null;
  /** What an `http` or `db` node does; null for every other. */
  readonly call: CallBlock | null;
  /** How calls of a node that is elsewhere are signed; null for every other. */
  readonly remote: RemoteBlock | null;
  /** What it says to a runner, whether or not the node is executed by one. */
  readonly runner: Omit<RunnerSpec, "pool"> & { readonly pool: string | null };
  /** The contract as it was read, aliases resolved: fields nobody knows are kept here. */
  readonly source: JsonObject;
}
