import { createRoute } from "@hono/zod-openapi";
import { sha256 } from "@noble/hashes/sha2.js";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";
import type { Log } from "../../../src/spi/log.ts";
import type { ServicesOf } from "../request/context.ts";
import { checkHealth, type Identity } from "../insight/health.ts";
import { landingPage } from "./page.ts";
import { LANDING_STYLE } from "./style.ts";
import { newApi, serve, type Api } from "../route.ts";

const landing = createRoute({
  method: "get",
  path: "/",
  operationId: "landing",
  tags: ["system"],
  summary: "The landing page",
  description: "What this is, whether it is healthy, and where to go. Needs no token.",
  responses: {
    200: { description: "The page, whether healthy or not.", content: { "text/html": { schema: z.string() } } },
  },
});

/** The page may load nothing and run nothing; its own style sheet is known by its hash. */
function contentSecurityPolicy(): string {
  const hash = btoa(String.fromCharCode(...sha256(utf8ToBytes(LANDING_STYLE))));
  return [
    "default-src 'none'",
    `style-src 'sha256-${hash}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** `GET /`. */
export function landingRoutes(services: ServicesOf, identity: Identity, log: Log): Api {
  const api = newApi();
  const policy = contentSecurityPolicy();
  serve(api, landing, [], async (c) => {
    const report = await checkHealth(c, services, identity, log);
    return c.html(landingPage(report, new URL(c.req.url).origin), 200, {
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
    });
  });
  return api;
}
