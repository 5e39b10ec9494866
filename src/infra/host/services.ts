import type { JsonObject } from "../../../contracts/json.ts";
import type { Envelope } from "../../core/envelope/envelope.ts";
import type { Fault } from "../../core/errors.ts";
import type { NodeArtifacts } from "../../core/registry/node.ts";
import type { Result } from "../../core/result.ts";

/** What the gateway's routes may do: capabilities, not bindings. Every method is scoped to one tenant. */
export interface Services {
  readonly envelopes: EnvelopeService;
  readonly nodes: NodeService;
  readonly plans: PlanService;
  readonly runs: RunService;
  readonly health: HealthService;
}

export interface AcceptOptions {
  readonly tenant: string;
  /** Hold the answer until the run ends, at most this long. 0 answers at once. */
  readonly waitMs: number;
  /** A registry version the caller must see, from an earlier answer; null for any. */
  readonly registryVersion: string | null;
}

/** An accepted envelope: 200 with everything when the run has ended, 202 while it goes on. */
export interface Accepted {
  readonly status: 200 | 202;
  readonly runId: string;
  /** Null while the run goes on. */
  readonly success: boolean | null;
  readonly fault: Fault | null;
  /** The payload of the response envelope: run id, status, outputs, execution_result … */
  readonly payload: JsonObject;
}

export interface EnvelopeService {
  /** The envelope has its correlation id already. Refusals have written nothing. */
  accept(envelope: Envelope, options: AcceptOptions): Promise<Result<Accepted, Fault>>;
}

export interface NodeService {
  register(
    tenant: string,
    artifacts: NodeArtifacts,
  ): Promise<
    Result<{ readonly created: boolean; readonly registryVersion: string; readonly node: JsonObject }, readonly Fault[]>
  >;
  list(tenant: string): Promise<{ readonly registryVersion: string; readonly nodes: readonly JsonObject[] }>;
  /** One name with all versions and their trust, or null. */
  get(tenant: string, name: string): Promise<JsonObject | null>;
}

export interface PlanService {
  /** The plan of a goal or graph, without running anything. */
  preview(
    tenant: string,
    operation: string,
    payload: JsonObject,
    registryVersion: string | null,
  ): Promise<Result<JsonObject, Fault>>;
}

export interface RunService {
  view(tenant: string, runId: string): Promise<JsonObject | null>;
  /** execution_result; RUN_NOT_FOUND or RUN_NOT_FINISHED. */
  result(tenant: string, runId: string): Promise<Result<JsonObject, Fault>>;
  /** The run's signals with a number above `after`; null when the run is unknown. */
  events(
    tenant: string,
    runId: string,
    after: number,
  ): Promise<{ readonly events: readonly JsonObject[]; readonly finished: boolean } | null>;
}

export interface HealthService {
  check(): Promise<{
    readonly healthy: boolean;
    readonly checks: Readonly<Record<string, { readonly healthy: boolean; readonly detail: string }>>;
  }>;
}
