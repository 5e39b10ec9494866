import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import {
  deadLetterList,
  deadLetterPage,
  deadLetterPayload,
  redriveOutcome,
  redriveReport,
  redriveRequest,
} from "../../../contracts/api/dead-letters.ts";
import { correlationHeader } from "../request/headers.ts";
import { ANY_PROBLEM, BODY_PROBLEM, problems, SECURED } from "../route.ts";

const tags = ["dead letters"];
const headers = z.object(correlationHeader);
const params = z.object({
  id: z.string().meta({ description: "The dead letter's id.", examples: ["0b3ad7c4f0e24c36b4fb3e0c7b1a9f52"] }),
});
const json = (description: string, schema: z.ZodType) => ({ description, content: { "application/json": { schema } } });

export const list = (query: z.ZodObject) =>
  createRoute({
    method: "get",
    path: "/v1/dead-letters",
    operationId: "listDeadLetters",
    tags,
    summary: "Search dead letters",
    description: "The dead letters for which every given condition holds, newest first, a page at a time.",
    ...SECURED,
    request: { headers, query },
    responses: {
      200: json("A page of dead letters.", deadLetterList),
      ...problems(...ANY_PROBLEM, "INVALID_PARAMETER"),
    },
  });

export const show = createRoute({
  method: "get",
  path: "/v1/dead-letters/{id}",
  operationId: "showDeadLetter",
  tags,
  summary: "Show a dead letter",
  description: "One dead letter, whether anything still waits for it, and how its run and the lost steps stand now.",
  ...SECURED,
  request: { headers, params },
  responses: { 200: json("The dead letter.", deadLetterPage), ...problems(...ANY_PROBLEM, "DEAD_LETTER_NOT_FOUND") },
});

export const payload = createRoute({
  method: "get",
  path: "/v1/dead-letters/{id}/payload",
  operationId: "showDeadLetterPayload",
  tags,
  summary: "Show a dead letter's message",
  description: "The message as it arrived.",
  ...SECURED,
  request: { headers, params },
  responses: {
    200: json("The message.", deadLetterPayload),
    ...problems(...ANY_PROBLEM, "DEAD_LETTER_NOT_FOUND", "VALUE_UNAVAILABLE"),
  },
});

export const redrive = createRoute({
  method: "post",
  path: "/v1/dead-letters/{id}/redrive",
  operationId: "redriveDeadLetter",
  tags,
  summary: "Send a dead letter again",
  description:
    "Publishes the message to its queue again if anything still waits for it, and says so if nothing does. Repeating it " +
    "is safe: what was sent a moment ago is not sent again.",
  ...SECURED,
  request: { headers, params },
  responses: {
    200: json("What came of it.", redriveOutcome),
    ...problems(...ANY_PROBLEM, "DEAD_LETTER_NOT_FOUND", "DEAD_LETTER_UNREADABLE", "EVENT_BUS_ERROR"),
  },
});

export const redriveMany = createRoute({
  method: "post",
  path: "/v1/dead-letters/redrive",
  operationId: "redriveDeadLetters",
  tags,
  summary: "Send dead letters again",
  description:
    "As for a single one, for those named or for one page of those a search finds. One that fails keeps no other from " +
    "being sent; the answer says of each what came of it.",
  ...SECURED,
  request: { headers, body: { required: true, content: { "application/json": { schema: redriveRequest } } } },
  responses: {
    200: json("What came of each.", redriveReport),
    ...problems(...ANY_PROBLEM, ...BODY_PROBLEM, "INVALID_PARAMETER"),
  },
});
