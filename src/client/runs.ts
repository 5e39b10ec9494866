import { runLogs, type RunLogs } from "../../contracts/api/pools.ts";
import { jsonValue, type JsonValue } from "../../contracts/json/json.ts";
import { problem } from "../../contracts/api/problem.ts";
import { executionResult, runView, type ExecutionResult, type RunView } from "../../contracts/api/run.ts";
import { isSignalType, runSignal, signalHead, type RunSignal } from "../../contracts/api/signals.ts";
import { readAnswer, readDocument } from "./answer.ts";
import { errorOf, errorOfProblem, OnexError } from "./onex-error.ts";
import { serverSentEvents } from "./server-sent-events.ts";
import type { Transport } from "./transport.ts";

export interface WaitOptions {
  /** Give up after this many seconds; default 300. */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

/** Which bytes of a value; both ends are included. */
export interface ValueRange {
  readonly first: number;
  readonly last?: number;
  /** Of the value that an earlier part was of. */
  readonly sha256?: string;
}

/** A part of a value's JSON. */
export interface ValuePart {
  readonly bytes: Uint8Array;
  readonly first: number;
  /** Of the whole. */
  readonly total: number;
  readonly sha256: string;
}

export interface RunClient {
  get(runId: string): Promise<RunView>;
  /** What the processes of its steps wrote, so far. */
  logs(runId: string): Promise<RunLogs>;
  /** Rejects with RUN_NOT_FINISHED while the run goes on; `waitSeconds` (60 at most) holds the answer that long. */
  result(
    runId: string,
    options?: { readonly waitSeconds?: number; readonly signal?: AbortSignal },
  ): Promise<ExecutionResult>;
  /** Waits until the run has ended, asking again as often as needed. Rejects with RUN_NOT_FINISHED when time is up. */
  wait(runId: string, options?: WaitOptions): Promise<ExecutionResult>;
  /** A value that a step gave, or that the run was given for the step `given`; rejects with VALUE_NOT_FOUND. */
  value(runId: string, step: string, key: string): Promise<JsonValue>;
  /**
   * Bytes of the value's JSON, from `first` to `last` or the end. With `sha256` of an earlier part, a value that is
   * another one by now comes whole.
   */
  valueBytes(runId: string, step: string, key: string, range: ValueRange): Promise<ValuePart>;
  /**
   * Every signal with a number above `after`, each once, in order, until the run has ended; reconnects by itself. Types of signals that this
   * release does not know are passed over.
   */
  events(
    runId: string,
    options?: { readonly after?: number; readonly signal?: AbortSignal },
  ): AsyncGenerator<RunSignal, void, void>;
}

const LONGEST_HOLD_SECONDS = 30;
const ASK_AGAIN_MS = 250;
const RECONNECT_MS = 2_000;
/** Streams in a row that break without a signal, before giving up. Being closed in order is no break: servers end long streams. */
const MAX_BREAKS = 5;

/** `/v1/runs`. `now` is in milliseconds since the epoch. */
export function runClient(transport: Transport, now: () => number): RunClient {
  const path = (runId: string): string => `/v1/runs/${encodeURIComponent(runId)}`;

  const result: RunClient["result"] = async (runId, { waitSeconds = 0, signal } = {}) => {
    const query = waitSeconds > 0 ? `?wait=${Math.ceil(waitSeconds)}` : "";
    const { body } = await transport.json({
      method: "GET",
      path: `${path(runId)}/result${query}`,
      signal,
      waitSeconds,
    });
    return readAnswer(executionResult, body);
  };

  const valuePath = (runId: string, step: string, key: string): string =>
    `${path(runId)}/values/${encodeURIComponent(step)}/${encodeURIComponent(key)}`;

  return {
    async value(runId, step, key) {
      const { body } = await transport.json({ method: "GET", path: valuePath(runId, step, key) });
      return readDocument(jsonValue, body);
    },
    async valueBytes(runId, step, key, { first, last, sha256 }) {
      const headers = {
        range: `bytes=${first}-${last ?? ""}`,
        ...(sha256 === undefined ? {} : { "if-range": `"${sha256}"` }),
      };
      const response = await transport.call({ method: "GET", path: valuePath(runId, step, key), headers });
      const bytes = new Uint8Array(await response.arrayBuffer());
      const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
      return {
        bytes,
        first: Number(from ?? 0),
        total: Number(total ?? bytes.length),
        sha256: (response.headers.get("etag") ?? "").replaceAll('"', ""),
      };
    },
    async get(runId) {
      const { body } = await transport.json({ method: "GET", path: path(runId) });
      return readAnswer(runView, body);
    },
    result,
    async logs(runId) {
      const { body } = await transport.json({ method: "GET", path: `${path(runId)}/logs` });
      return readAnswer(runLogs, body);
    },
    async wait(runId, { timeoutSeconds = 300, signal } = {}) {
      const deadline = now() + timeoutSeconds * 1000;
      for (;;) {
        const left = Math.max(0, (deadline - now()) / 1000);
        try {
          const waitSeconds = Math.min(left, LONGEST_HOLD_SECONDS);
          return await result(runId, { waitSeconds, ...(signal === undefined ? {} : { signal }) });
        } catch (thrown) {
          if (!(thrown instanceof OnexError) || thrown.code !== "RUN_NOT_FINISHED" || left === 0) throw thrown;
        }
        await transport.sleep(ASK_AGAIN_MS);
      }
    },
    async *events(runId, { after = 0, signal } = {}) {
      let last = after;
      for (let breaks = 0; ; await transport.sleep(RECONNECT_MS)) {
        const response = await transport.call({
          method: "GET",
          path: `${path(runId)}/events?after=${last}`,
          headers: { accept: "text/event-stream" },
          signal,
        });
        try {
          for await (const { event, data } of serverSentEvents(response)) {
            if (event === "end") return;
            if (event === "error") throw errorOfProblem(readAnswer(problem, JSON.parse(data)));
            const body: unknown = JSON.parse(data);
            const { seq, type } = readAnswer(signalHead, body);
            if (seq <= last) continue;
            last = seq;
            breaks = 0;
            if (isSignalType(type)) yield readAnswer(runSignal, body);
          }
        } catch (thrown) {
          if (thrown instanceof OnexError && thrown.retryAfterSeconds === null) throw thrown;
          const givenUp = signal?.aborted === true;
          if (!givenUp && ++breaks <= MAX_BREAKS) continue;
          const message = givenUp ? "the stream of events was given up" : "the stream of events keeps breaking";
          throw errorOf("CONNECTION_ERROR", message, { cause: thrown });
        }
      }
    },
  };
}
