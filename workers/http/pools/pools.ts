import { asWire } from "../../../contracts/json/wire.ts";
import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { heartbeat, heartbeatRequest, leased, leaseRequest, poolList } from "../../../contracts/api/pools.ts";
import { poolName } from "../../../contracts/documents/runner-blocks.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { problemResponse } from "../answer/problem.ts";
import { callOf } from "../request/call.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import { correlationHeader } from "../request/headers.ts";
import { jsonBody, jsonBodyWithin, readBody } from "../request/json-body.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, pathParam, problems, SECURED, serve, type Api } from "../route.ts";

const tags = ["pools"];
const headers = z.object(correlationHeader);
const params = z.object({ pool: poolName.meta({ description: "The pool's name.", examples: ["python"] }) });
const RUNNER_PROBLEM = ["INVALID_STATE", "RUNNER_REPLACED", "RUNNER_INCOMPATIBLE"] as const;

/** Heartbeats carry what many processes wrote within a second. */
const HEARTBEAT_BYTES = 8 * 1_048_576;

const list = createRoute({
  method: "get",
  path: "/v1/pools",
  operationId: "listPools",
  tags,
  summary: "List pools",
  description: "The pools that nodes ask for: what waits in them, which runners are alive, and how busy they are.",
  ...SECURED,
  request: { headers },
  responses: {
    200: { description: "The pools.", content: { "application/json": { schema: poolList } } },
    ...problems(...ANY_PROBLEM),
  },
});

const lease = createRoute({
  method: "post",
  path: "/v1/pools/{pool}/lease",
  operationId: "leaseWorkItems",
  tags,
  summary: "Lease work items",
  description:
    "For runners. Held until there is an item or the time is over. An item is the runner's until it answers it, gives it " +
    "back, or is not heard of for fifteen seconds: then it goes to another.",
  ...SECURED,
  request: { headers, params, body: { required: true, content: { "application/json": { schema: leaseRequest } } } },
  responses: {
    200: { description: "The items.", content: { "application/json": { schema: leased } } },
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, ...RUNNER_PROBLEM),
  },
});

const beat = createRoute({
  method: "post",
  path: "/v1/pools/{pool}/heartbeat",
  operationId: "sendHeartbeat",
  tags,
  summary: "Say which items a runner has",
  description:
    "For runners, once a second. The answer names the items that nobody waits for any more, because their run was " +
    "cancelled or has ended: their processes are to be ended.",
  ...SECURED,
  request: { headers, params, body: { required: true, content: { "application/json": { schema: heartbeatRequest } } } },
  responses: {
    200: { description: "What of it is still wanted.", content: { "application/json": { schema: heartbeat } } },
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, ...RUNNER_PROBLEM),
  },
});

/** `/v1/pools`. */
export function poolRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, list, [], async (c) => c.json({ pools: await services(c).pools.list(callOf(c)) }));
  serve(api, lease, jsonBody, async (c) => {
    const body = readBody(c, leaseRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const { protocol, node_id: nodeId, most, wait_ms: waitMs, ...runner } = body.value;
    return onPool(c, (pool) =>
      services(c).pools.lease(callOf(c), pool, { protocol, runner: { nodeId, ...runner }, most, waitMs }),
    );
  });
  serve(api, beat, jsonBodyWithin({ maxBytes: HEARTBEAT_BYTES }), async (c) => {
    const body = readBody(c, heartbeatRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const { protocol, node_id: nodeId, instance, items, give_back: giveBack, leaving } = asWire(body.value);
    const says = { protocol, runner: { nodeId, instance }, items, giveBack, leaving };
    return onPool(c, (pool) => services(c).pools.heartbeat(callOf(c), pool, says));
  });
  return api;
}

async function onPool<T extends object>(
  c: AppContext,
  work: (pool: string) => Promise<Result<T, Fault>>,
): Promise<Response> {
  const pool = poolOf(c);
  const outcome = pool.ok ? await work(pool.value) : pool;
  return outcome.ok ? c.json(outcome.value) : problemResponse(c, outcome.error);
}

function poolOf(c: AppContext): Result<string, Fault> {
  const read = poolName.safeParse(pathParam(c, "pool"));
  if (read.success) return ok(read.data);
  const hint = "lower case letters, digits, - and _, such as python";
  return err(fault("INVALID_PARAMETER", "the path names no pool", { place: "path pool", hint }));
}
