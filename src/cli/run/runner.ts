import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import type { ApprovalRequest, ReplayReport, RerunRequest } from "../../../contracts/api/run-control.ts";
import type { ExecutionResult, RunView } from "../../../contracts/api/run.ts";
import type { RunSignal } from "../../../contracts/api/signals.ts";
import { type Notice, unlessStopped } from "../interruption.ts";
import type { Shell } from "../shell.ts";

/** What a follower does with each signal, before the run goes on where that is in our hands. */
export type OnSignal = (signal: RunSignal) => Promise<void>;

/** Who hears an event. */
export interface Heard {
  /** Steps that wait for it, will or may. */
  readonly steps: readonly string[];
  /** Every name that is waited for. */
  readonly awaited: readonly string[];
}

/** Where runs take place: a server, or this very process. Everything rejects with CommandFailure. */
export interface Runner {
  /** Whether a run goes on when this process ends. */
  readonly outlives: boolean;
  /** Begins what an envelope (in the wire's form) asks for; gives the run's id. */
  begin(envelope: JsonObject): Promise<string>;
  /** Those of the names that no node has here. */
  missing(names: readonly string[]): Promise<readonly string[]>;
  /** Takes an exported run in; gives its id. */
  takeIn(snapshot: JsonObject): Promise<string>;
  /** Begins a run that repeats an ended one; gives the new one's id. The same key begins one run. */
  rerun(runId: string, request: RerunRequest, options?: { readonly idempotencyKey?: string }): Promise<string>;
  /** Follows a run; true when it has ended, false when the time is up first. */
  follow(runId: string, timeoutMs: number, onSignal: OnSignal | null): Promise<boolean>;
  sendEvent(runId: string, name: string, payload: JsonValue): Promise<Heard>;
  decide(runId: string, step: string, word: ApprovalRequest): Promise<void>;
  view(runId: string): Promise<RunView>;
  /** Of an ended run. */
  result(runId: string): Promise<ExecutionResult>;
  replay(runId: string): Promise<ReplayReport>;
  /** An ended run as one file. */
  exported(runId: string, options: { readonly withNodes: boolean }): Promise<object>;
  /** A value that a step gave, or that the run was given for `given`. */
  value(runId: string, step: string, key: string): Promise<JsonValue>;
}

/** What somebody who stops the command must know of a run that was being followed. */
export const noticeOf = ({ outlives }: Pick<Runner, "outlives">, runId: string): Notice =>
  outlives
    ? { message: `run ${runId} goes on without this command`, hint: `look at it with \`onex runs show ${runId}\`` }
    : { message: `run ${runId} ends with this command`, hint: "a local run is kept nowhere" };

/** Begins a run, by whatever `work` does. Stopped half-way, nobody here knows whether it has begun. */
export const begun = (shell: Shell, work: () => Promise<string>): Promise<string> =>
  unlessStopped(
    shell,
    () => ({ message: "the run may have begun: its id is not known yet", hint: "look for it with `onex runs list`" }),
    work,
  );
