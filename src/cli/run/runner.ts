import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { ApprovalRequest, ReplayReport, RerunRequest } from "../../../contracts/api/run-control.ts";
import type { ExecutionResult, RunSignal, RunView } from "../../../contracts/api/run.ts";

/** What a follower does with each signal, before the run goes on where that is in our hands. */
export type OnSignal = (signal: RunSignal) => Promise<void>;

/** Where runs take place: a server, or this very process. Everything rejects with CommandFailure. */
export interface Runner {
  /** Begins what an envelope (in the wire's form) asks for; gives the run's id. */
  begin(envelope: JsonObject): Promise<string>;
  /** Takes an exported run in; gives its id. */
  takeIn(snapshot: JsonObject): Promise<string>;
  /** Begins a run that repeats an ended one; gives the new one's id. The same key begins one run. */
  rerun(runId: string, request: RerunRequest, options?: { readonly idempotencyKey?: string }): Promise<string>;
  /** Follows a run; true when it has ended, false when the time is up first. */
  follow(runId: string, timeoutMs: number, onSignal: OnSignal | null): Promise<boolean>;
  sendEvent(runId: string, name: string, payload: JsonValue): Promise<void>;
  decide(runId: string, step: string, word: ApprovalRequest): Promise<void>;
  view(runId: string): Promise<RunView>;
  /** Of an ended run. */
  result(runId: string): Promise<ExecutionResult>;
  replay(runId: string): Promise<ReplayReport>;
}
