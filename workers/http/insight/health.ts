import { createRoute } from "@hono/zod-openapi";
import { health as healthSchema, type Health } from "../../../contracts/api/health.ts";
import type { Log } from "../../../src/spi/log.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import { describe } from "../answer/error-boundary.ts";
import { newApi, serve, type Api } from "../route.ts";

/** What this deployment is. */
export interface Identity {
  readonly version: string;
  readonly environment: string;
}

const health = createRoute({
  method: "get",
  path: "/health",
  operationId: "health",
  tags: ["system"],
  summary: "Is it healthy?",
  description: "Checks what the system depends on. Needs no token.",
  responses: {
    200: { description: "Healthy.", content: { "application/json": { schema: healthSchema } } },
    503: { description: "Not healthy.", content: { "application/json": { schema: healthSchema } } },
  },
});

/** `GET /health`. */
export function healthRoutes(services: ServicesOf, identity: Identity, log: Log): Api {
  const api = newApi();
  serve(api, health, [], async (c) => {
    const report = await checkHealth(c, services, identity, log);
    return c.json(report, report.healthy ? 200 : 503);
  });
  return api;
}

/** The health report. A check that throws is a finding like any other: the report is never an exception. */
export async function checkHealth(c: AppContext, services: ServicesOf, identity: Identity, log: Log): Promise<Health> {
  const { version, environment } = identity;
  try {
    const { healthy, checks } = await services(c).health.check();
    return { healthy, version, environment, checks };
  } catch (thrown) {
    log.error("the health check failed", { correlation_id: c.get("correlationId"), error: describe(thrown) });
    return {
      healthy: false,
      version,
      environment,
      checks: { health: { healthy: false, detail: "the check itself failed" } },
    };
  }
}
