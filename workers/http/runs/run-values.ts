import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { anyJson } from "../../../contracts/json/any-json.ts";
import { fault } from "../../../src/core/errors.ts";
import type { ServicesOf } from "../request/context.ts";
import { callOf } from "../request/call.ts";
import { correlationHeader } from "../request/headers.ts";
import { problemResponse } from "../answer/problem.ts";
import { rangedBytes } from "../answer/ranged.ts";
import { ANY_PROBLEM, newApi, pathParam, problems, SECURED, serve, type Api } from "../route.ts";
import { runIdOf, runNotFound } from "./run-id.ts";
import { runParams } from "./runs.ts";

const JSON_TYPE = "application/json";
const text = (description: string) => z.string().optional().meta({ description });
const tag = { etag: z.string().meta({ description: "The SHA-256 of the value's JSON, in quotes." }) };
const ranges = z.object({ ...tag, "accept-ranges": z.string().meta({ description: "`bytes`." }) });
const contentRange = z.string().meta({ description: "Which bytes these are, and of how many." });

const show = createRoute({
  method: "get",
  path: "/v1/runs/{id}/values/{step}/{key}",
  operationId: "showRunValue",
  tags: ["runs"],
  summary: "Read a value of a run",
  description:
    "The JSON of a value that a step gave, or that the run was given: `given`, or `-` where a step is called given. It is " +
    "there for values of any size, as soon as the step has ended. One range of bytes may be asked for.",
  ...SECURED,
  request: {
    headers: z.object({
      ...correlationHeader,
      range: text("One range of bytes: `bytes=0-1023`."),
      "if-range": text("The range is answered when the value still has this ETag, else the whole."),
      "if-none-match": text("304 when the value has this ETag."),
    }),
    params: runParams.extend({
      step: z.string().meta({ description: "The step's id, or `given`.", examples: ["metadata_report"] }),
      key: z.string().meta({ description: "The contract key.", examples: ["metadata.report"] }),
    }),
  },
  responses: {
    200: {
      description: "The whole value.",
      headers: ranges,
      content: { [JSON_TYPE]: { schema: anyJson("The value.") } },
    },
    206: {
      description: "A part of its JSON.",
      headers: ranges.extend({ "content-range": contentRange }),
      content: { [JSON_TYPE]: { schema: z.string().meta({ description: "A part of JSON is none." }) } },
    },
    304: { description: "It is the one that is known.", headers: z.object(tag) },
    ...problems(...ANY_PROBLEM, "RUN_NOT_FOUND", "VALUE_NOT_FOUND", "VALUE_UNAVAILABLE", "RANGE_NOT_SATISFIABLE"),
  },
});

/** `/v1/runs/:id/values/:step/:key`. */
export function runValueRoutes(services: ServicesOf): Api {
  const api = newApi();
  serve(api, show, [], async (c) => {
    const id = runIdOf(c);
    if (id === null) return problemResponse(c, runNotFound(c));
    const value = await services(c).runs.value(callOf(c), id, pathParam(c, "step"), pathParam(c, "key"));
    if (!value.ok) return problemResponse(c, value.error);
    const { json, sha256 } = value.value;
    const response = rangedBytes(c, json, { type: JSON_TYPE, sha256 });
    if (response) return response;
    const place = "header range";
    const problem = fault("RANGE_NOT_SATISFIABLE", `the value has ${json.length} bytes`, {
      place,
      hint: "ask for bytes from 0 on",
    });
    return problemResponse(c, problem, { "content-range": `bytes */${json.length}` });
  });
  return api;
}
