import { z } from "zod";

const hostPattern = z
  .string()
  .max(260)
  .regex(
    /^(?:\*\.)?(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])(?::\d{1,5})?$/,
    "a host such as api.example.com, *.example.com or api.example.com:8443 is required, in lower case",
  );
const rules = {
  allow: z.array(hostPattern).max(1_000).optional().describe("Only these hosts; every public one when absent."),
  deny: z.array(hostPattern).max(1_000).default([]).describe("Never these hosts."),
};

const MIB = 1_048_576;

/** `config` of the http handler. */
export const httpConfig = z
  .strictObject({
    egress: z
      .strictObject({
        ...rules,
        allow_loopback: z.boolean().default(false).describe("Also this machine's own addresses. In development alone."),
        tenants: z.record(z.string(), z.strictObject(rules)).default({}).describe("Rules of tenants, on top of these."),
      })
      .prefault({})
      .describe("Whom requests may go to. What is not public is never called."),
    max_request_bytes: z
      .int()
      .min(1)
      .max(10 * MIB)
      .default(10 * MIB)
      .describe("The longest body that is sent."),
    max_response_bytes: z
      .int()
      .min(1)
      .max(50 * MIB)
      .default(50 * MIB)
      .describe("The longest body that is read."),
    max_redirects: z.int().min(0).max(20).default(5).describe("How often an answer may point elsewhere."),
    retry_statuses: z
      .array(z.int().min(400).max(599))
      .max(200)
      .default([])
      .describe("Statuses that are failures, and tried again where their kind is; none when absent."),
  })
  .describe("Settings of the http handler.");

/** `config` of the db handler. */
export const dbConfig = z
  .strictObject({
    databases: z
      .record(
        z.string().regex(/^[a-z][a-z0-9_]*$/, "a name in lower case letters, digits and underscores is required"),
        z.strictObject({
          binding: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "the name of a D1 binding is required"),
          read_only: z.boolean().default(false).describe("True takes db.query alone."),
        }),
      )
      .refine((databases) => Object.keys(databases).length > 0, "at least one database is required")
      .describe("Name to database; the registry's own, DB, is none of them."),
    max_rows: z.int().min(1).max(100_000).default(10_000).describe("The most rows that are answered."),
    max_response_bytes: z
      .int()
      .min(1_000)
      .max(50 * MIB)
      .default(10 * MIB)
      .describe("The longest answer, as JSON."),
  })
  .describe("Settings of the db handler.");

/** `config` of the local handler: there is none. */
export const localConfig = z.strictObject({}).describe("The local handler has no settings.");

export type HttpConfig = z.output<typeof httpConfig>;
export type DbConfig = z.output<typeof dbConfig>;

/** What each handler's `config` may hold. */
export const HANDLER_CONFIG = { http: httpConfig, db: dbConfig, local: localConfig } as const;
