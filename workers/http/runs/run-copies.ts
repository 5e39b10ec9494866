import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { replayReport, rerunRequest, runSnapshot } from "../../../contracts/api/run-control.ts";
import { runSummary } from "../../../contracts/api/run.ts";
import { MAX_SNAPSHOT_DEPTH } from "../../../src/core/run/codec/snapshot.ts";
import type { ServicesOf } from "../request/context.ts";
import { correlationHeader, idempotencyHeader, keyOf } from "../request/headers.ts";
import { jsonBodyWithin, optionalJsonBody, readBody } from "../request/json-body.ts";
import { readQuery } from "../request/query.ts";
import { onRun } from "./on-run.ts";
import { PLAN_PROBLEMS } from "../plans/plan-problems.ts";
import { problemResponse } from "../answer/problem.ts";
import { ANY_PROBLEM, BODY_PROBLEM, newApi, problems, SECURED, serve, type Api } from "../route.ts";
import { runIdOf, runNotFound } from "./run-id.ts";
import { runParams } from "./runs.ts";
import { callOf } from "../request/call.ts";

/** The largest snapshot that is taken in: 16 MiB. It holds the large values that other bodies may only refer to. */
export const MAX_SNAPSHOT_BYTES = 16 * 1_048_576;

const snapshotBody = jsonBodyWithin({ maxBytes: MAX_SNAPSHOT_BYTES, maxDepth: MAX_SNAPSHOT_DEPTH });

const tags = ["runs"];
const headers = z.object(correlationHeader);

const rerun = createRoute({
  method: "post",
  path: "/v1/runs/{id}/rerun",
  operationId: "rerunRun",
  tags,
  summary: "Run an ended run again",
  description:
    "Begins a new run with the same plan, or with other versions, a changed plan or another one: it is validated as a " +
    "new plan is, with the nodes that are registered now. With `from`, steps that succeeded keep their values, except " +
    "that step, whatever the plan defines differently, what depends on those and whatever reads a changed value. With " +
    "`values` steps are taken to have given something else, and so are not executed: only what reads that is. The " +
    "new run names the old one as its lineage. Requests with the same idempotency key begin one run.",
  ...SECURED,
  request: {
    headers: headers.extend(idempotencyHeader),
    params: runParams,
    body: { required: false, content: { "application/json": { schema: rerunRequest } } },
  },
  responses: {
    202: {
      description: "The new run has begun.",
      headers: z.object({ location: z.string().meta({ description: "The new run's page." }) }),
      content: { "application/json": { schema: runSummary } },
    },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_PARAMETER",
      "INVALID_STATE",
      "IDEMPOTENCY_CONFLICT",
      "RUN_NOT_FOUND",
      "RUN_DELETED",
      "OUTPUT_STATE_INVALID",
      "VALIDATION_BUDGET",
      "CONTRACT_VALIDATION_ERROR",
      "PLAN_INVALID_MUTATION",
      "PLAN_NOT_A_PLAN",
      ...PLAN_PROBLEMS,
    ),
  },
});

const exportQuery = z.object({
  nodes: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true")
    .meta({ type: "boolean", description: "Whether the texts of the nodes that the run names go along." }),
});

const replay = createRoute({
  method: "post",
  path: "/v1/runs/{id}/replay",
  operationId: "replayRun",
  tags,
  summary: "Replay an ended run",
  description:
    "Executes every recorded step again from its recorded inputs and compares the hashes. Effects and waits are not " +
    "repeated, and nothing is written.",
  ...SECURED,
  request: { headers, params: runParams },
  responses: {
    200: { description: "What the comparison showed.", content: { "application/json": { schema: replayReport } } },
    ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND", "RUN_NOT_FINISHED"),
  },
});

const exported = createRoute({
  method: "get",
  path: "/v1/runs/{id}/export",
  operationId: "exportRun",
  tags,
  summary: "Export an ended run",
  description:
    "The run as one file: plan, values, outcomes and signals, sealed by a hash; with its nodes when they are asked for, so " +
    "that it can be repeated where they are not registered. Built-in nodes come with a release and go into no file.",
  ...SECURED,
  request: { headers, params: runParams, query: exportQuery },
  responses: {
    200: {
      description: "The snapshot.",
      headers: z.object({ "content-disposition": z.string().meta({ description: "A name for the file." }) }),
      content: { "application/json": { schema: runSnapshot } },
    },
    ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND", "RUN_NOT_FINISHED", "NODE_NOT_FOUND", "VALUE_UNAVAILABLE"),
  },
});

const imported = createRoute({
  method: "post",
  path: "/v1/runs/import",
  operationId: "importRun",
  tags,
  summary: "Take an exported run in",
  description:
    "Adds the run under its own id; one that is there already stays as it is, and one that was deleted comes back. Nodes " +
    "that come with it are registered as drafts: the run can be repeated, and nothing else is planned with them. " +
    `At most ${MAX_SNAPSHOT_BYTES} bytes.`,
  ...SECURED,
  request: { headers, body: { required: true, content: { "application/json": { schema: runSnapshot } } } },
  responses: {
    200: { description: "The run is there.", content: { "application/json": { schema: runSummary } } },
    ...problems(
      ...ANY_PROBLEM,
      ...BODY_PROBLEM,
      "INVALID_PARAMETER",
      "INVALID_STATE",
      "IDEMPOTENCY_CONFLICT",
      "DUPLICATE_REGISTRATION",
      "METADATA_HASH_MISMATCH",
    ),
  },
});

/** What is made of an ended run: `/v1/runs/:id/{rerun,replay,export}` and `/v1/runs/import`. */
export function runCopyRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, rerun, optionalJsonBody, async (c) => {
    const id = runIdOf(c);
    if (id === null) return problemResponse(c, runNotFound(c));
    const body = readBody(c, rerunRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const key = keyOf(c);
    if (!key.ok) return problemResponse(c, key.error);
    const { from = null, downstream, given, values, chains, versions, mutations, plan, graph } = body.value;
    const revision = {
      ...(Object.keys(versions).length === 0 ? {} : { versions }),
      ...(mutations.length === 0 ? {} : { mutations }),
      ...(plan === undefined ? {} : { plan }),
      ...(graph === undefined ? {} : { graph }),
    };
    const changes = Object.keys(revision).length === 0 ? {} : { revision };
    const again = chains ? { chains } : {};
    const told = Object.keys(values).length === 0 ? {} : { values };
    const request = { from, downstream, given, ...told, ...changes, ...again, idempotencyKey: key.value };
    const begun = await services(c).control.rerun(callOf(c), id, request);
    if (!begun.ok) return problemResponse(c, begun.error);
    const { run_id: made } = begun.value;
    return c.json(begun.value, 202, typeof made === "string" ? { location: `/v1/runs/${made}` } : {});
  });
  serve(api, replay, [], (c) => onRun(c, (id) => services(c).control.replay(callOf(c), id)));
  serve(api, exported, [], async (c) => {
    const asked = readQuery(c, exportQuery);
    if (!asked.ok) return problemResponse(c, asked.error);
    const options = { withNodes: asked.value.nodes };
    const response = await onRun(c, (id) => services(c).control.exportRun(callOf(c), id, options));
    if (response.ok) response.headers.set("content-disposition", `attachment; filename="${runIdOf(c) ?? "run"}.json"`);
    return response;
  });
  serve(api, imported, snapshotBody, async (c) => {
    const body = readBody(c, runSnapshot);
    if (!body.ok) return problemResponse(c, body.error);
    // As it came, not as it was read: the seal is over every byte that means something.
    const outcome = await services(c).control.importRun(callOf(c), c.get("body") as JsonValue);
    return outcome.ok ? c.json(outcome.value) : problemResponse(c, outcome.error);
  });
  return api;
}
