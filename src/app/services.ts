import type { JsonObject, JsonValue } from "../../contracts/json/json.ts";
import type { Envelope } from "../core/envelope/envelope.ts";
import type { Fault } from "../core/errors.ts";
import type { PlanTextFormat } from "../core/plan/views/plan-text.ts";
import type { NodeArtifacts } from "../core/registry/node.ts";
import type { Result } from "../core/result.ts";
import type { RunHeader } from "../core/run/model/state.ts";
import type { ControlEvent } from "../spi/run-coordinator.ts";
import type { CacheService } from "./cache/cache-service.ts";
import type { DeadLetterService } from "./deliver/dead-letter-service.ts";
import type { MetricsService } from "./insight/metrics-service.ts";
import type { RunRemovalService } from "./archive/run-removal.ts";
import type { RevisionRequest } from "./runs/run-revision.ts";
import type { RunSearchService } from "./runs/run-search.ts";
import type { TriggerService } from "./triggers/trigger-service.ts";

/** What the gateway's routes may do: capabilities, not bindings. Every method is scoped to one tenant. */
export interface Services {
  readonly envelopes: EnvelopeService;
  readonly nodes: NodeService;
  readonly plans: PlanService;
  readonly runs: RunService;
  readonly control: RunControlService;
  readonly search: RunSearchService;
  readonly removal: RunRemovalService;
  readonly deadLetters: DeadLetterService;
  readonly triggers: TriggerService;
  readonly cache: CacheService;
  readonly metrics: MetricsService;
  readonly health: HealthService;
}

export interface AcceptOptions {
  readonly tenant: string;
  /** Hold the answer until the run ends, at most this long. 0 answers at once. */
  readonly waitMs: number;
  /** A registry version the caller must see, from an earlier answer; null for any. */
  readonly registryVersion: string | null;
  /** Where the run comes from, when no client asked for it. */
  readonly origin?: RunOrigin;
}

/** What led to a run: another run, or a bus message. */
export type RunOrigin = Pick<RunHeader, "lineage" | "trigger">;

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
  /** The same plan as text, and the registry version it was made from. */
  show(
    tenant: string,
    operation: string,
    payload: JsonObject,
    registryVersion: string | null,
    format: PlanTextFormat,
  ): Promise<Result<{ readonly text: string; readonly registryVersion: string }, Fault>>;
}

export interface RunService {
  view(tenant: string, runId: string): Promise<JsonObject | null>;
  /** execution_result once the run has ended, held at most `waitMs`; RUN_NOT_FOUND or RUN_NOT_FINISHED. */
  result(tenant: string, runId: string, waitMs?: number): Promise<Result<JsonObject, Fault>>;
  /**
   * The run's signals with a number above `after`, held at most `waitMs` until there is one or the run has ended; null
   * when the run is unknown.
   */
  events(
    tenant: string,
    runId: string,
    after: number,
    waitMs?: number,
  ): Promise<{ readonly events: readonly JsonObject[]; readonly finished: boolean } | null>;
}

/** What to change when a run is repeated. */
export interface RerunRequest {
  /** The step to execute anew; null for all. */
  readonly from: string | null;
  readonly downstream: boolean;
  /** Given values that replace the original ones. */
  readonly given: JsonObject;
  /** How the plan is to be changed; as it was when left out. */
  readonly revision?: RevisionRequest;
  /** Whether what the run started at its end is started again; not when left out. */
  readonly chains?: boolean;
  /** Makes a repeated request the same rerun; null makes every request one of its own. */
  readonly idempotencyKey: string | null;
}

export interface RunControlService {
  /** INVALID_STATE when the run has ended or the event finds nobody; RUN_NOT_FOUND. The answer is the run's status. */
  control(tenant: string, runId: string, event: ControlEvent): Promise<Result<JsonObject, Fault>>;
  /** As control with an event, whose payload may be large. */
  signal(
    tenant: string,
    runId: string,
    name: string,
    payload: JsonValue,
    /** Makes repeated requests one event; null makes every request one of its own. */
    idempotencyKey?: string | null,
  ): Promise<Result<JsonObject, Fault>>;
  /** Begins a new run that repeats an ended one; answers its summary. */
  rerun(
    tenant: string,
    runId: string,
    request: RerunRequest,
    correlationId: string,
  ): Promise<Result<JsonObject, Fault>>;
  /** Executes an ended run again from its record and compares every hash; writes nothing. */
  replay(tenant: string, runId: string): Promise<Result<JsonObject, Fault>>;
  /** The run as one file. */
  exportRun(tenant: string, runId: string): Promise<Result<JsonObject, Fault>>;
  /** Takes an exported run in, under its own id; the same one twice changes nothing. */
  importRun(tenant: string, snapshot: JsonValue): Promise<Result<JsonObject, Fault>>;
}

export interface HealthService {
  check(): Promise<{
    readonly healthy: boolean;
    readonly checks: Readonly<Record<string, { readonly healthy: boolean; readonly detail: string }>>;
  }>;
}
