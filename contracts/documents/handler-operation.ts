import { z } from "zod";
import { anyJson, anyObject } from "../json/any-json.ts";
import { jsonValue, plainText } from "../json/json.ts";

/** The handlers an envelope can be for. */
export const HANDLER_TYPES = ["http", "db", "local"] as const;
export type HandlerType = (typeof HANDLER_TYPES)[number];

/** The operations that handlers serve. */
export type HandlerOperation =
  | `http.${"get" | "post" | "put" | "patch" | "delete"}`
  | `db.${"query" | "execute"}`
  | `local.${"echo" | "transform" | "error"}`;

const queryValue = z.union([z.string(), z.number(), z.boolean()]);

/** What `http.*` asks for. */
export const httpPayload = z
  .strictObject({
    url: plainText.min(1).max(8_192).describe("An absolute address, http or https."),
    headers: z.record(z.string(), z.string()).default({}).describe("Header name to value."),
    query: z
      .record(z.string(), z.union([queryValue, z.array(queryValue).max(1_000)]))
      .default({})
      .describe("Parameters that are added to the address; a list gives a parameter for each item."),
    body: anyJson("A text is sent as it is, anything else as JSON.").optional(),
  })
  .describe("A request to another server.");

/** The same without a body: servers may ignore that of a GET, so it is refused instead. */
export const httpGetPayload = httpPayload.omit({ body: true });

/** What `db.*` asks for. */
export const dbPayload = z
  .strictObject({
    sql: z.string().min(1).max(100_000).describe("One statement, with ? or ?1 for each parameter."),
    parameters: z
      .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
      .max(100)
      .default([])
      .describe("A value for each placeholder, in order."),
    database: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe("A database of the binding; may be left out where there is one."),
  })
  .describe("A statement for a database.");

/** What `local.echo` and `local.transform` take: anything. */
export const localPayload = anyObject("Any object.");

/** What `local.error` takes. */
export const localErrorPayload = z
  .strictObject({
    code: z.string().max(100).optional().describe("The code to fail with; HANDLER_EXECUTION_ERROR when absent."),
    message: z.string().max(1_000).optional(),
    retry_after_seconds: z.number().min(0).max(86_400).optional(),
  })
  .describe("How to fail.");

export type HttpPayload = z.output<typeof httpPayload>;
export type DbPayload = z.output<typeof dbPayload>;
export type LocalErrorPayload = z.output<typeof localErrorPayload>;

/** What `http.*` answers. */
export const httpResponse = z.strictObject({
  status_code: z.int(),
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  body: jsonValue,
  body_encoding: z.enum(["json", "text", "base64", "none"]),
});
export type HttpResponse = z.output<typeof httpResponse>;

/** What `db.*` answers. */
export const dbResponse = z.strictObject({
  rows: z.array(z.record(z.string(), jsonValue)),
  row_count: z.int(),
  last_row_id: z.int().nullable(),
});
export type DbResponse = z.output<typeof dbResponse>;
