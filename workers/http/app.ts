import { methodNotAllowed } from "hono/method-not-allowed";
import { fault } from "../../src/core/errors.ts";
import type { Clock, Ids } from "../../src/spi/clock.ts";
import type { Log } from "../../src/spi/log.ts";
import { bearerAuth } from "./request/auth.ts";
import { cacheRoutes } from "./cache/cache.ts";
import type { ServicesOf } from "./request/context.ts";
import { correlation } from "./request/correlation.ts";
import { deadLetterRoutes } from "./dead-letters/dead-letters.ts";
import { envelopeRoutes } from "./envelopes/envelopes.ts";
import { errorBoundary } from "./answer/error-boundary.ts";
import { failureLog } from "./answer/failure-log.ts";
import { handlerRoutes } from "./insight/handlers.ts";
import { healthRoutes } from "./insight/health.ts";
import { landingRoutes } from "./landing/landing.ts";
import { metricsRoutes } from "./insight/metrics.ts";
import { nodeVersionRoutes } from "./nodes/node-version.ts";
import { nodeRoutes } from "./nodes/nodes.ts";
import { addOpenApi } from "./openapi.ts";
import { systemSleep, type Sleep } from "./runs/pace.ts";
import { planRoutes } from "./plans/plans.ts";
import { poolRoutes } from "./pools/pools.ts";
import { workItemRoutes } from "./pools/work-items.ts";
import { problemResponse } from "./answer/problem.ts";
import { quarantineRoutes } from "./quarantine/quarantine.ts";
import { newApi, type Api } from "./route.ts";
import { runControlRoutes } from "./runs/run-control.ts";
import { runCopyRoutes } from "./runs/run-copies.ts";
import { runEventRoutes } from "./runs/run-events.ts";
import { runLogRoutes } from "./runs/run-logs.ts";
import { runRemovalRoutes } from "./runs/run-removal.ts";
import { runSearchRoutes } from "./runs/run-search.ts";
import { runValueRoutes } from "./runs/run-values.ts";
import { runRoutes } from "./runs/runs.ts";
import { secureHeaders } from "./answer/secure-headers.ts";
import { triggerRoutes } from "./triggers/triggers.ts";

export interface AppOptions {
  readonly services: ServicesOf;
  /** The bearer token; undefined or empty lets nobody in. */
  readonly token: () => string | undefined;
  readonly log: Log;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly environment: string;
  readonly version: string;
  /** How to wait between two looks at a run; timers unless a test says otherwise. */
  readonly sleep?: Sleep;
}

/** The gateway's HTTP: middleware from the outside in, then the routes. */
export function createApp(options: AppOptions): Api {
  const { services, log, ids, clock, sleep = systemSleep } = options;
  const api = newApi();
  api.onError(errorBoundary(log));
  api.notFound((c) =>
    problemResponse(
      c,
      fault("ROUTE_NOT_FOUND", "nothing is at this path", { hint: "GET /openapi.json lists every route" }),
    ),
  );
  api.use(secureHeaders);
  api.use(correlation(ids));
  api.use(failureLog(log));
  api.use(
    methodNotAllowed({
      app: api,
      onMethodNotAllowed: (c, methods) =>
        problemResponse(
          c,
          fault("METHOD_NOT_ALLOWED", `${c.req.method} is not possible here`, { hint: `use ${methods.join(", ")}` }),
          {
            allow: methods.join(", "),
          },
        ),
    }),
  );
  api.use("/v1/*", bearerAuth(options.token));
  api.route("/", landingRoutes(services, options, log));
  api.route("/", healthRoutes(services, options, log));
  api.route("/", envelopeRoutes(services, ids, clock));
  api.route("/", planRoutes(services));
  api.route("/", nodeRoutes(services));
  api.route("/", nodeVersionRoutes(services));
  api.route("/", runSearchRoutes(services));
  api.route("/", runRoutes(services));
  api.route("/", runValueRoutes(services));
  api.route("/", runRemovalRoutes(services));
  api.route("/", runEventRoutes(services, sleep, log));
  api.route("/", runControlRoutes(services));
  api.route("/", runCopyRoutes(services));
  api.route("/", runLogRoutes(services));
  api.route("/", poolRoutes(services));
  api.route("/", workItemRoutes(services));
  api.route("/", deadLetterRoutes(services));
  api.route("/", quarantineRoutes(services));
  api.route("/", triggerRoutes(services));
  api.route("/", cacheRoutes(services));
  api.route("/", metricsRoutes(services));
  api.route("/", handlerRoutes(services));
  addOpenApi(api, options.version);
  return api;
}
