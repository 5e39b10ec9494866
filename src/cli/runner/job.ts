import type { HeartbeatRequestWire, WorkItemWire } from "../../../contracts/api/pools.ts";
import { OnexError, type WireClient } from "../../client/wire-client.ts";
import type { CodeCache } from "./code-cache.ts";
import type { Executed } from "./executor.ts";
import { LogCapture } from "./log-capture.ts";
import { failed } from "./outcome.ts";

/** Executes an item with its code. Never rejects for what a node does. */
export type ExecuteItem = (
  item: WorkItemWire,
  code: string | null,
  log: LogCapture,
  signal: AbortSignal,
) => Promise<Executed>;

export interface JobPorts {
  readonly client: WireClient;
  readonly codes: CodeCache;
  readonly execute: ExecuteItem;
  readonly say: (text: string) => void;
}

/** An answer that does not arrive is sent again for so long, in milliseconds: by then the item has gone to another runner. */
const ANSWER_MS = 60_000;
const PAUSE_MS = 1_000;

/** One item in this runner's hands, from its lease to its answer. */
export class Job {
  readonly pool: string;
  readonly item: WorkItemWire;
  /** Over with the item, answered or not. Never rejects. */
  readonly done: Promise<void>;
  readonly #ports: JobPorts;
  readonly #log = new LogCapture();
  readonly #stop = new AbortController();
  #wanted = true;
  #answering = false;

  constructor(pool: string, item: WorkItemWire, ports: JobPorts) {
    this.pool = pool;
    this.item = item;
    this.#ports = ports;
    this.done = this.#run();
  }

  get token(): string {
    return this.item.token;
  }

  /** Whether its process has ended: from here its answer speaks for it. */
  get isOver(): boolean {
    return this.#answering;
  }

  /** What there is to say of it since the last time. */
  news(): HeartbeatRequestWire["items"][number] {
    const { lines, progress } = this.#log.takeNews();
    return {
      token: this.token,
      ...(progress ? { progress } : {}),
      ...(lines.length === 0 ? {} : { log: [...lines] }),
    };
  }

  /** Nobody waits for it any more: its process is ended, and nothing is answered. */
  cancel(): void {
    if (!this.#wanted) return;
    this.#ports.say(`${this.item.run_id} ${this.item.step}: nobody waits for it any more; its process is ended`);
    this.abandon();
  }

  /** Its process is ended, and nothing is answered. */
  abandon(): void {
    this.#wanted = false;
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { item } = this;
    const executed = await this.#execute();
    this.#answering = true;
    const { lines } = this.#log;
    if (!this.#wanted) return;
    const answer = {
      run_id: item.run_id,
      outcome: executed.outcome,
      duration_ms: Math.max(0, executed.durationMs),
      ...(lines.length === 0 ? {} : { log: [...lines] }),
    };
    const until = performance.now() + ANSWER_MS;
    for (;;) {
      const problem = await this.#answer(answer);
      if (problem === null) return;
      if (problem === "again" && performance.now() < until && this.#wanted) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        continue;
      }
      return;
    }
  }

  async #execute(): Promise<Executed> {
    const { codes, execute } = this.#ports;
    const { item } = this;
    try {
      const code = item.code_sha256 === null ? null : await codes.of(item.token, item.code_sha256);
      if (code === null && item.code_sha256 !== null) {
        const message = `the code of ${item.node}@${item.version} is not what it was registered with`;
        return { outcome: failed("INVALID_CONFIGURATION", message, { retryable: false }), durationMs: 0 };
      }
      return await execute(item, code, this.#log, this.#stop.signal);
    } catch (thrown) {
      if (thrown instanceof OnexError) {
        const message = `the code of ${item.node}@${item.version} cannot be had: ${thrown.code}`;
        return { outcome: failed("SERVICE_UNAVAILABLE", message), durationMs: 0 };
      }
      const message = thrown instanceof Error ? thrown.message : "an exception";
      return { outcome: failed("SERVICE_UNAVAILABLE", `the runner could not execute it: ${message}`), durationMs: 0 };
    }
  }

  /** Null when there is nothing more to do: it is taken, or will never be. */
  async #answer(answer: Parameters<WireClient["pools"]["answer"]>[1]): Promise<"again" | null> {
    const { client, say } = this.#ports;
    const { item } = this;
    try {
      await client.pools.answer(item.token, answer);
      return null;
    } catch (thrown) {
      if (!(thrown instanceof OnexError)) throw thrown;
      if (thrown.code === "WORK_ITEM_OVER" || thrown.code === "WORK_ITEM_NOT_FOUND") {
        say(`${item.run_id} ${item.step}: its answer is not wanted any more (${thrown.message})`);
        return null;
      }
      say(`${item.run_id} ${item.step}: its answer was not taken (${thrown.code}: ${thrown.message})`);
      if (thrown.code === "PAYLOAD_TOO_LARGE" && answer.outcome.ok) {
        const outcome = failed("SANDBOX_BUDGET", "the result is larger than an answer may be", { retryable: false });
        return this.#answer({ run_id: item.run_id, outcome, duration_ms: answer.duration_ms ?? 0 });
      }
      return thrown.retryAfterSeconds === null ? null : "again";
    }
  }
}
