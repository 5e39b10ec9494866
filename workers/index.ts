import project from "../package.json" with { type: "json" };
import { consoleLog } from "../src/infra/system/console-log.ts";
import { systemClock, systemIds } from "../src/infra/system/clock.ts";
import { scheduled } from "./cron.ts";
import { createApp } from "./http/app.ts";
import { deadLetterQueue } from "./queues/dead-letters.ts";
import { eventsQueue } from "./queues/events.ts";
import { executeQueue } from "./queues/execute.ts";
import { triggersQueue } from "./queues/triggers.ts";
import { wiring } from "./wiring.ts";

export { Limiter } from "./objects/limiter.ts";
export { RunRing } from "./objects/run-ring.ts";
export { TrustMemory } from "./objects/trust-memory.ts";

const apps = new WeakMap<Env, ReturnType<typeof createApp>>();

function appOf(env: Env): ReturnType<typeof createApp> {
  const known = apps.get(env);
  if (known) return known;
  const { services, token, environment } = wiring(env);
  const app = createApp({
    services: () => services,
    token: () => token,
    log: consoleLog,
    ids: systemIds,
    clock: systemClock,
    environment,
    version: project.version,
  });
  apps.set(env, app);
  return app;
}

export default {
  fetch: (request, env, ctx) => appOf(env).fetch(request, env, ctx),
  async queue(batch, env) {
    if (batch.queue.endsWith("-dlq")) await deadLetterQueue(batch, wiring(env));
    else if (batch.queue.endsWith("execute")) await executeQueue(batch, wiring(env));
    else if (batch.queue.endsWith("triggers")) await triggersQueue(batch, wiring(env));
    else await eventsQueue(batch, wiring(env));
  },
  scheduled: (controller, env) => scheduled(controller, wiring(env)),
} satisfies ExportedHandler<Env>;
