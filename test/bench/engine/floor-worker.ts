/**
 * The floor: what somebody would write by hand who knows the DAG beforehand, with nothing planned, validated, hashed,
 * leased, retried, scored or archived. Eight objects take turns, as many as one isolate of the engine uses.
 *
 * POST /inline?shape=SLUG: every step in the Worker, one object write a run.
 * POST /queued?shape=SLUG: each step is an object write, a queue message and another object write; a step goes out when
 * its own inputs are there. Answers when the last step is done.
 */
import {
  DurableObject,
  type MessageBatch,
  type ObjectNamespace,
  type ObjectState,
  type Queue,
} from "cloudflare:workers";
import { dependentsOf, SHAPES } from "./shapes.ts";

interface Env {
  readonly SHARDS: ObjectNamespace<Shard>;
  readonly STEPS: Queue<StepMessage>;
}

interface StepMessage {
  readonly shard: string;
  readonly run: string;
  readonly step: number;
  readonly input: string;
}

interface LiveRun {
  readonly after: readonly (readonly number[])[];
  /** For each step, the inputs that are missing. */
  readonly missing: number[];
  readonly input: string;
  readonly done: (output: string) => void;
  open: number;
}

const SHARDS = 8;
let turn = 0;

/** Holds the state of many runs. */
export class Shard extends DurableObject<Env> {
  readonly #live = new Map<string, LiveRun>();

  constructor(ctx: ObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS parts (id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID");
  }

  write(run: string, record: string): void {
    this.#put(run, record);
  }

  start(shard: string, run: string, shape: string, input: string): Promise<string> {
    const before = SHAPES.find(({ slug }) => slug === shape)?.before ?? [];
    return new Promise((done, fail) => {
      const missing = before.map((sources) => sources.length);
      const live = { after: dependentsOf(before), missing, input, done, open: before.length };
      this.#live.set(run, live);
      const first = missing.flatMap((count, step) => (count === 0 ? [step] : []));
      this.#dispatch(shard, run, live, first).catch(fail);
    });
  }

  async finish(shard: string, run: string, step: number, output: string): Promise<void> {
    const live = this.#live.get(run);
    if (!live) return;
    this.#put(`${run}/${step}`, output);
    live.open -= 1;
    if (live.open === 0) {
      this.#live.delete(run);
      return live.done(output);
    }
    const ready = (live.after[step] ?? []).filter((next) => {
      live.missing[next] = (live.missing[next] ?? 0) - 1;
      return live.missing[next] === 0;
    });
    if (ready.length > 0) await this.#dispatch(shard, run, live, ready);
  }

  async #dispatch(shard: string, run: string, { input }: LiveRun, steps: readonly number[]): Promise<void> {
    this.ctx.storage.transactionSync(() => {
      for (const step of steps) this.#put(`${run}/${step}`, "dispatched");
    });
    await this.env.STEPS.sendBatch(steps.map((step) => ({ body: { shard, run, step, input } })));
  }

  #put(id: string, record: string): void {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO parts VALUES (?, ?)", id, record);
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const { payload } = (await request.json()) as { readonly payload: unknown };
    const shape = url.searchParams.get("shape") ?? "";
    const run = crypto.randomUUID();
    turn = (turn + 1) % SHARDS;
    const shard = `shard-${turn}`;
    const stub = env.SHARDS.getByName(shard);
    if (url.pathname === "/inline") {
      const before = SHAPES.find(({ slug }) => slug === shape)?.before ?? [];
      const steps = before.map((_, step) => ({ step, output: payload }));
      await stub.write(run, JSON.stringify({ run, status: "succeeded", steps }));
      return Response.json({ run, status: "succeeded" });
    }
    const output = await stub.start(shard, run, shape, JSON.stringify(payload));
    return Response.json({ run, status: "succeeded", output });
  },

  async queue(batch: MessageBatch<StepMessage>, env: Env): Promise<void> {
    await Promise.all(
      batch.messages.map(({ body: { shard, run, step, input } }) =>
        env.SHARDS.getByName(shard).finish(shard, run, step, input),
      ),
    );
  },
};
