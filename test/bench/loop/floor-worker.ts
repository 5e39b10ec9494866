/**
 * The floor: what somebody would write by hand who knows the one flow beforehand, with nothing planned, validated,
 * hashed, retried or scored.
 *
 * POST /inline: one object write a run, over 64 shared objects.
 * POST /queued?waves=2,1: steps in waves (here two, then one); each step is an object write, a queue message and another
 * object write. Answers when the last step is done.
 */
import {
  DurableObject,
  type MessageBatch,
  type ObjectNamespace,
  type ObjectState,
  type Queue,
} from "cloudflare:workers";

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
  readonly waves: readonly number[];
  readonly input: string;
  readonly done: (record: string) => void;
  wave: number;
  /** Steps of the wave that are not done. */
  open: number;
}

const SHARDS = 64;

/** Holds the state of many runs. */
export class Shard extends DurableObject<Env> {
  readonly #live = new Map<string, LiveRun>();

  constructor(ctx: ObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID");
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS steps (id TEXT PRIMARY KEY, record TEXT) WITHOUT ROWID");
  }

  write(run: string, record: string): void {
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO runs VALUES (?, ?)", run, record);
  }

  start(shard: string, run: string, waves: readonly number[], input: string): Promise<string> {
    return new Promise((done, fail) => {
      const live = { waves, input, done, wave: 0, open: 0 };
      this.#live.set(run, live);
      this.#dispatch(shard, run, live).catch(fail);
    });
  }

  async finish(shard: string, run: string, step: number, output: string): Promise<void> {
    const live = this.#live.get(run);
    if (!live) return;
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO steps VALUES (?, ?)", `${run}/${step}`, output);
    live.open -= 1;
    if (live.open > 0) return;
    live.wave += 1;
    if (live.wave < live.waves.length) return this.#dispatch(shard, run, live);
    this.#live.delete(run);
    live.done(output);
  }

  async #dispatch(shard: string, run: string, live: LiveRun): Promise<void> {
    const first = live.waves.slice(0, live.wave).reduce((sum, width) => sum + width, 0);
    const width = live.waves[live.wave] ?? 0;
    live.open = width;
    const steps = Array.from({ length: width }, (_, index) => first + index);
    this.ctx.storage.transactionSync(() => {
      for (const step of steps) {
        this.ctx.storage.sql.exec("INSERT OR REPLACE INTO steps VALUES (?, ?)", `${run}/${step}`, "dispatched");
      }
    });
    await this.env.STEPS.sendBatch(steps.map((step) => ({ body: { shard, run, step, input: live.input } })));
  }
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const body = (await request.json()) as { readonly payload: unknown };
    const run = crypto.randomUUID();
    const shard = `shard-${Math.floor(Math.random() * SHARDS)}`;
    const stub = env.SHARDS.getByName(shard);
    if (url.pathname === "/inline") {
      const record = JSON.stringify({ run, status: "succeeded", payload: body.payload });
      await stub.write(run, record);
      return Response.json({ run, status: "succeeded" });
    }
    const waves = (url.searchParams.get("waves") ?? "1").split(",").map(Number);
    const output = await stub.start(shard, run, waves, JSON.stringify(body.payload));
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
