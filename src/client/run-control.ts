import {
  eventTaken,
  replayReport,
  runSnapshot,
  runSteered,
  type ApprovalRequest,
  type CancelRequest,
  type EventTaken,
  type ReplayReport,
  type RerunRequest,
  type RunSnapshot,
  type RunSteered,
} from "../../contracts/api/run-control.ts";
import { runSummary, runView, type RunSummaryView } from "../../contracts/api/run.ts";
import type { RunStatus } from "../../contracts/api/status.ts";
import { readAnswer, readDocument } from "./answer.ts";
import { OnexError } from "./onex-error.ts";
import type { Transport } from "./transport.ts";

/**
 * Steering and repeating runs. Cancelling, pausing and resuming may be repeated: a run that is so already is an answer.
 * Reruns and events are repeated under one idempotency key. Approvals are sent once, for a second one would mean
 * something else: when such a call rejects with CONNECTION_ERROR, it may have happened all the same, and the run's page
 * tells.
 */
export interface RunControlClient {
  /** Rejects with INVALID_STATE when the run has ended otherwise. */
  cancel(runId: string, request?: CancelRequest): Promise<RunSteered>;
  pause(runId: string): Promise<RunSteered>;
  resume(runId: string): Promise<RunSteered>;
  /** Hands an event to the steps that wait for its name, or to the first that will: see `heard_by`. `payload` is JSON. */
  sendEvent(
    runId: string,
    name: string,
    payload?: unknown,
    options?: { readonly idempotencyKey?: string },
  ): Promise<EventTaken>;
  /** A person's word on a step; rejects with INVALID_STATE when the step waits for none. */
  decide(runId: string, step: string, word: ApprovalRequest): Promise<RunSteered>;
  /**
   * Begins a new run that repeats an ended one, as it was or with other values, versions, a changed or another plan; the
   * answer is the new run. The same key begins one run. What is refused of the plan is told with its place in the request.
   */
  rerun(runId: string, request?: RerunRequest, options?: { readonly idempotencyKey?: string }): Promise<RunSummaryView>;
  /** Executes an ended run again from its record and compares every hash; writes nothing. */
  replay(runId: string): Promise<ReplayReport>;
  /** An ended run as one file; `withNodes` adds the texts of the nodes it names. */
  export(runId: string, options?: { readonly withNodes?: boolean }): Promise<RunSnapshot>;
  /** Takes an exported run in; rejects with METADATA_HASH_MISMATCH when somebody changed it. */
  import(snapshot: unknown): Promise<RunSummaryView>;
}

const CANCELLED: ReadonlySet<RunStatus> = new Set(["cancelled"]);
const PAUSED: ReadonlySet<RunStatus> = new Set(["paused"]);
const UNDER_WAY: ReadonlySet<RunStatus> = new Set(["queued", "running", "waiting"]);

/** `once` sends a request at most once, whatever comes of it; `newKey` makes idempotency keys. */
export function runControlClient(transport: Transport, once: Transport, newKey: () => string): RunControlClient {
  const path = (runId: string): string => `/v1/runs/${encodeURIComponent(runId)}`;

  async function post(by: Transport, where: string, body?: unknown): Promise<unknown> {
    const call = { method: "POST", path: where } as const;
    return (await by.json(body === undefined ? call : { ...call, body })).body;
  }

  /** A repeat of a call whose answer was lost finds its work done: that is no refusal. */
  async function steer(runId: string, verb: string, reached: ReadonlySet<RunStatus>, body?: unknown) {
    try {
      return readAnswer(runSteered, await post(transport, `${path(runId)}/${verb}`, body));
    } catch (thrown) {
      if (!(thrown instanceof OnexError) || thrown.code !== "INVALID_STATE") throw thrown;
      const { status } = readAnswer(runView, (await transport.json({ method: "GET", path: path(runId) })).body);
      if (reached.has(status)) return readAnswer(runSteered, { run_id: runId, status });
      throw thrown;
    }
  }

  return {
    cancel: (runId, request) => steer(runId, "cancel", CANCELLED, request),
    pause: (runId) => steer(runId, "pause", PAUSED),
    resume: (runId) => steer(runId, "resume", UNDER_WAY),
    async sendEvent(runId, name, payload = null, { idempotencyKey = newKey() } = {}) {
      const headers = { "idempotency-key": idempotencyKey };
      const call = { method: "POST", path: `${path(runId)}/events`, headers, body: { name, payload } } as const;
      return readAnswer(eventTaken, (await transport.json(call)).body);
    },
    async decide(runId, step, word) {
      const where = `${path(runId)}/approvals/${encodeURIComponent(step)}`;
      return readAnswer(runSteered, await post(once, where, word));
    },
    async rerun(runId, request = {}, { idempotencyKey = newKey() } = {}) {
      const headers = { "idempotency-key": idempotencyKey };
      const call = { method: "POST", path: `${path(runId)}/rerun`, headers, body: request } as const;
      return readAnswer(runSummary, (await transport.json(call)).body);
    },
    async replay(runId) {
      return readAnswer(replayReport, await post(transport, `${path(runId)}/replay`));
    },
    async export(runId, { withNodes = false } = {}) {
      const query = withNodes ? "?nodes=true" : "";
      const { body } = await transport.json({ method: "GET", path: `${path(runId)}/export${query}` });
      return readDocument(runSnapshot, body);
    },
    async import(snapshot) {
      return readAnswer(runSummary, await post(transport, "/v1/runs/import", snapshot));
    },
  };
}
