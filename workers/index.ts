import project from "../package.json" with { type: "json" };
import { scheduled } from "./cron.ts";
import { createApp } from "./http/app.ts";
import { refusedStart } from "./http/answer/refused-start.ts";
import { deliveries } from "./queues/deliveries.ts";
import { deployment } from "./env.ts";

export { Limiter } from "./objects/limiter.ts";
export { RunRing } from "./objects/run-ring.ts";
export { RunnerPool } from "./objects/runner-pool.ts";
export { TrustMemory } from "./objects/trust-memory.ts";

const apps = new WeakMap<Env, ReturnType<typeof createApp>>();

function appOf(env: Env): ReturnType<typeof createApp> {
  const known = apps.get(env);
  if (known) return known;
  const { services, parts, token, environment } = deployment(env);
  const { log, ids, clock } = parts;
  const app = createApp({
    services: () => services,
    token: () => token,
    log,
    ids,
    clock,
    environment,
    version: project.version,
  });
  apps.set(env, app);
  return app;
}

export default {
  fetch(request, env, ctx) {
    let app: ReturnType<typeof createApp>;
    try {
      app = appOf(env);
    } catch (thrown) {
      return refusedStart(thrown, request, crypto.randomUUID());
    }
    return app.fetch(request, env, ctx);
  },
  queue: (batch, env) => deployment(env).consume(batch.queue, deliveries(batch)),
  scheduled: (controller, env) => scheduled(controller, deployment(env)),
} satisfies ExportedHandler<Env>;
