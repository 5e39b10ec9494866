import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import { RUNNER_PROTOCOL } from "../../../contracts/api/pools.ts";
import { OnexError, type WireClient } from "../../client/wire-client.ts";
import type { CodeCache } from "./code-cache.ts";
import { Job, type ExecuteItem } from "./job.ts";
import { Seats } from "./seats.ts";

export interface RunnerOptions {
  readonly client: WireClient;
  readonly pools: readonly string[];
  readonly nodeId: string;
  readonly instance: string;
  readonly version: string;
  /** The entrypoint types it can execute. */
  readonly kinds: readonly string[];
  readonly concurrency: number;
  readonly codes: CodeCache;
  readonly execute: ExecuteItem;
  /** Tells its operator. */
  readonly say: (text: string) => void;
  /** How long what runs may go on once the runner is asked to end, in milliseconds. */
  readonly drainMs: number;
}

/** Why a runner ended. */
export type RunnerEnd = { readonly kind: "stopped" } | { readonly kind: "refused"; readonly error: OnexError };

/** How long a runner waits for work in one call, in milliseconds. */
const POLL_MS = 20_000;
/** The same where it has more pools than seats, so that each has its turn. */
const SHORT_POLL_MS = 1_000;
const HEARTBEAT_MS = 1_000;
/** The pause after a call that failed, and the longest one, in milliseconds. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** What keeps a runner from ever getting work: trying again would not help. */
const FINAL: ReadonlySet<string> = new Set([
  "RUNNER_REPLACED",
  "RUNNER_INCOMPATIBLE",
  "AUTHENTICATION_ERROR",
  "INVALID_PARAMETER",
  "INVALID_STATE",
  "ROUTE_NOT_FOUND",
  "ENVELOPE_VALIDATION_ERROR",
]);

/**
 * A runner: leases items of its pools, executes them, says every second what it has, and answers each once. It keeps no
 * clock of its own in common with anybody: the server's times are durations.
 */
export class Runner {
  readonly #options: RunnerOptions;
  readonly #seats: Seats;
  readonly #jobs = new Map<string, Job>();
  readonly #ended = Promise.withResolvers<void>();
  #leaving = false;
  #refusal: OnexError | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    this.#seats = new Seats(options.concurrency);
  }

  /** How many items it has now. */
  get running(): number {
    return this.#jobs.size;
  }

  /** Serves until it is stopped, or refused for good. What it has is ended or given back before this resolves. */
  async serve(): Promise<RunnerEnd> {
    const beat = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    try {
      await Promise.all(this.#options.pools.map((pool) => this.#poll(pool)));
      await this.#drain();
    } finally {
      clearInterval(beat);
    }
    return this.#refusal ? { kind: "refused", error: this.#refusal } : { kind: "stopped" };
  }

  /** Asks for no more work. A second time: gives back what runs. */
  stop(): void {
    if (this.#leaving) return this.#ended.resolve();
    this.#leaving = true;
    this.#seats.close();
    void this.#beat();
  }

  async #poll(pool: string): Promise<void> {
    const { client, pools, concurrency } = this.#options;
    const share = Math.max(1, Math.floor(concurrency / pools.length));
    const waitMs = pools.length > concurrency ? SHORT_POLL_MS : POLL_MS;
    for (let failures = 0; !this.#leaving && !this.#refusal;) {
      const seats = await this.#seats.take(share);
      if (seats === 0) return;
      let items: readonly WorkItemWire[] = [];
      try {
        ({ items } = await client.pools.lease(pool, {
          ...this.#presence(),
          most: Math.min(seats, 100),
          wait_ms: waitMs,
        }));
        failures = 0;
      } catch (thrown) {
        if (!(thrown instanceof OnexError)) throw thrown;
        this.#seats.giveBack(seats);
        if (FINAL.has(thrown.code)) return this.#refuse(thrown);
        this.#options.say(
          `pool ${pool} cannot be asked for work (${thrown.code}: ${thrown.message}); it is tried again`,
        );
        await this.#pause(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, failures++)));
        continue;
      }
      this.#seats.giveBack(seats - items.length);
      for (const item of items) this.#begin(pool, item);
    }
  }

  #begin(pool: string, item: WorkItemWire): void {
    const { client, codes, execute, say } = this.#options;
    const job = new Job(pool, item, { client, codes, execute, say });
    this.#jobs.set(item.token, job);
    void job.done.finally(() => {
      this.#jobs.delete(item.token);
      this.#seats.giveBack(1);
      if (this.#leaving && this.#jobs.size === 0) this.#ended.resolve();
    });
  }

  /** One call a pool that has something of it, and one to every pool when it leaves. */
  async #beat(): Promise<void> {
    await Promise.all(
      this.#options.pools.map(async (pool) => {
        const jobs = [...this.#jobs.values()].filter((job) => job.pool === pool && !job.isOver);
        if (jobs.length > 0 || this.#leaving) await this.#say(pool, jobs, []);
      }),
    );
  }

  async #say(pool: string, jobs: readonly Job[], giveBack: readonly string[]): Promise<void> {
    const items = jobs.map((job) => job.news());
    try {
      const { lost, replaced } = await this.#options.client.pools.heartbeat(pool, {
        ...this.#id(),
        items,
        give_back: [...giveBack],
        leaving: this.#leaving,
      });
      for (const token of lost) this.#jobs.get(token)?.cancel();
      if (replaced && !this.#leaving && !this.#refusal)
        this.#options.say("another process has taken this runner's node id: it gets no more work");
    } catch (thrown) {
      // A server that is away for a moment is not told of this second.
      if (!(thrown instanceof OnexError)) throw thrown;
    }
  }

  /** What runs ends; what does not end in time, or must not go on, is given back. */
  async #drain(): Promise<void> {
    this.#leaving = true;
    if (this.#jobs.size > 0) {
      this.#options.say(`ending: ${this.#jobs.size} work items still run`);
      const late = setTimeout(() => this.#ended.resolve(), this.#options.drainMs);
      await this.#ended.promise;
      clearTimeout(late);
    }
    const left = [...this.#jobs.values()];
    for (const job of left) job.abandon();
    await Promise.all(left.map(({ done }) => done));
    await Promise.all(
      this.#options.pools.map(async (pool) => {
        const own = left.filter((job) => job.pool === pool).map(({ token }) => token);
        if (own.length > 0) this.#options.say(`pool ${pool}: ${own.length} work items are given back`);
        await this.#say(pool, [], own);
      }),
    );
  }

  #refuse(error: OnexError): void {
    this.#refusal ??= error;
    this.#seats.close();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#seats.onClose(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #id() {
    const { nodeId, instance } = this.#options;
    return { protocol: RUNNER_PROTOCOL, node_id: nodeId, instance };
  }

  #presence() {
    const { version, kinds, concurrency } = this.#options;
    return { ...this.#id(), version, kinds: [...kinds], concurrency, running: this.#jobs.size };
  }
}
