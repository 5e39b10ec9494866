/**
 * The real Worker with every binding, object and queue delivery counted. GET /__counts tells the counts and starts again;
 * POST /__sweep?at=MS is the clock's turn at another time.
 */
import worker, { RunRing as Ring, TrustMemory as Memory } from "./real-worker.js";
import type { Batch, ObjectClass } from "./real-worker.js";
import { meteredEnv } from "./metered-bindings.ts";
import { meterStorage, type BilledStorage } from "./metered-objects.ts";
import { count, queueOperations, readCounts, resetCounts } from "./meter.ts";

interface Context {
  readonly storage: BilledStorage;
}
const environments = new WeakMap<object, never>();

function metered(env: object): never {
  const known = environments.get(env);
  if (known) return known;
  const made = meteredEnv(env) as never;
  environments.set(env, made);
  return made;
}

/** An object whose storage and bindings count; the platform finds its methods on the class it extends. */
function counting(base: ObjectClass): ObjectClass {
  return class extends base {
    constructor(ctx: Context, env: object) {
      meterStorage(ctx.storage);
      super(ctx as never, metered(env));
    }

    override alarm(): Promise<void> {
      count("objectRequests");
      return super.alarm();
    }
  };
}

export const RunRing = counting(Ring);
export const TrustMemory = counting(Memory);

/** Each delivery is read, and deleted when it is acknowledged; a batch starts the Worker once. */
function meteredBatch(batch: Batch): Batch {
  count("workerRequests");
  const messages = batch.messages.map((message) => {
    count("queueOperations", queueOperations(message.body));
    return {
      id: message.id,
      body: message.body,
      attempts: message.attempts,
      ack: () => {
        count("queueOperations", queueOperations(message.body));
        count("messagesSettled");
        message.ack();
      },
      retry: (options?: unknown) => message.retry(options),
    };
  });
  return { queue: batch.queue, messages };
}

export default {
  async fetch(request: Request, env: object, ctx: object): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/__counts") {
      const counts = readCounts();
      if (searchParams.has("reset")) resetCounts();
      return Response.json(counts);
    }
    count("workerRequests");
    if (pathname === "/__sweep") {
      await worker.scheduled({ scheduledTime: Number(searchParams.get("at")), cron: "" }, metered(env));
      return Response.json({});
    }
    return worker.fetch(request, metered(env), ctx);
  },
  queue: (batch: Batch, env: object): Promise<void> => worker.queue(meteredBatch(batch), metered(env)),
};
