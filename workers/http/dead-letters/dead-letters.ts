import type { z } from "zod";
import { deadLetterSearchQuery, redriveRequest, type deadLetterFilter } from "../../../contracts/api/dead-letters.ts";
import type { DeadLetterQuery } from "../../../src/core/dead-letters/query.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { quoted } from "../../../src/core/text/clip.ts";
import type { AppContext, ServicesOf } from "../request/context.ts";
import * as definitions from "./definitions.ts";
import { jsonBody, readBody } from "../request/json-body.ts";
import { pageRequest, pageSize } from "../answer/listing.ts";
import { problemResponse } from "../answer/problem.ts";
import { readQuery } from "../request/query.ts";
import { newApi, pathParam, serve, type Api } from "../route.ts";
import { callOf } from "../request/call.ts";

const listQuery = deadLetterSearchQuery.extend({ limit: pageSize });

/** `/v1/dead-letters`. */
export function deadLetterRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, definitions.list(listQuery), [], async (c) => {
    const asked = readQuery(c, listQuery);
    if (!asked.ok) return problemResponse(c, asked.error);
    const page = pageRequest(asked.value.limit, asked.value.cursor, "query cursor");
    if (!page.ok) return problemResponse(c, page.error);
    const { items, next } = await services(c).deadLetters.search(callOf(c), queryOf(asked.value), page.value);
    return c.json({ dead_letters: items, next });
  });
  serve(api, definitions.show, [], async (c) => {
    const entry = await services(c).deadLetters.get(callOf(c), pathParam(c, "id"));
    return entry ? c.json(entry) : problemResponse(c, notFound(c));
  });
  serve(api, definitions.payload, [], async (c) => {
    const payload = await services(c).deadLetters.payload(callOf(c), pathParam(c, "id"));
    return payload.ok ? c.json(payload.value) : problemResponse(c, payload.error);
  });
  serve(api, definitions.redrive, [], async (c) => {
    const outcome = await services(c).deadLetters.redrive(callOf(c), pathParam(c, "id"));
    return outcome.ok ? c.json(outcome.value) : problemResponse(c, outcome.error);
  });
  serve(api, definitions.redriveMany, jsonBody, async (c) => {
    const body = readBody(c, redriveRequest);
    if (!body.ok) return problemResponse(c, body.error);
    const { ids, filter, limit, cursor } = body.value;
    const page = pageRequest(limit, cursor, "$.cursor");
    if (!page.ok) return problemResponse(c, page.error);
    const { deadLetters } = services(c);
    const { items, next } =
      ids === undefined
        ? await deadLetters.redriveMatching(callOf(c), queryOf({ status: "open", ...filter }), page.value)
        : { items: await deadLetters.redriveAll(callOf(c), [...new Set(ids)]), next: null };
    const counts: Record<string, number> = {};
    for (const { outcome } of items) if (typeof outcome === "string") counts[outcome] = (counts[outcome] ?? 0) + 1;
    return c.json({ results: items, counts, next });
  });
  return api;
}

const queryOf = (asked: z.output<typeof deadLetterFilter>): DeadLetterQuery => ({
  status: asked.status ?? null,
  queue: asked.queue ?? null,
  errorType: asked.error_type ?? null,
  messageType: asked.message_type ?? null,
  runId: asked.run_id ?? null,
  correlationId: asked.correlation_id ?? null,
  from: asked.from ?? null,
  to: asked.to ?? null,
  text: asked.text ?? null,
});

const notFound = (c: AppContext): Fault =>
  fault("DEAD_LETTER_NOT_FOUND", `there is no dead letter ${quoted(pathParam(c, "id"))}`, {
    hint: "GET /v1/dead-letters lists them all",
  });
