import { z } from "zod";
import { contractKey, jsonValue, plainText } from "../json/json.ts";

/*
 * The `call` block of a contract: what an `http` or `db` node does, without code. Values go in from contract keys, and
 * what comes back is taken apart by JSON Pointers (RFC 6901). No secret is written here: only the name of one.
 */

/** The name of a secret, as the deployment or the runner binds it. */
export const secretName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "the name of a secret is letters, digits and underscores")
  .describe("The name of a secret binding. The secret itself never travels.");

/** RFC 6901: the empty text for the whole, else parts that each start with a stroke. */
const pointer = z
  .string()
  .max(1_000)
  .regex(/^(\/([^~/]|~[01])*)*$/, "a JSON Pointer is required: the empty text, or parts such as /items/0");

/** What may stand in a header as it is. */
const printable = z.string().regex(/^[\x20-\x7e]*$/, "printable ASCII characters are required");

const STYLES = ["repeat", "comma", "space", "pipe", "deep", "json"] as const;
const fromKey = z.strictObject({
  key: contractKey,
  at: pointer.optional().describe("A part of the value; the whole without it. What is not there is left out."),
  style: z
    .enum(STYLES)
    .optional()
    .describe("How a list or an object becomes text: one parameter an item (default), joined, name[member], or JSON."),
});
const constant = z.strictObject({ value: jsonValue });
const secret = z.strictObject({
  secret_ref: secretName,
  prefix: printable.max(100).optional().describe("What stands before the secret: `Bearer `."),
});

/** Where a value comes from: a contract key, a part of one, or a constant. */
export const callSource = z.union([contractKey, fromKey, constant], {
  error: "a contract key, {key: …} or {value: …} is required",
});
/** The same for what may carry a secret: headers and the query. */
export const secretSource = z.union([contractKey, fromKey, constant, secret], {
  error: "a contract key, {key: …}, {value: …} or {secret_ref: NAME} is required",
});

const name = plainText.min(1).max(200);
const headerName = z
  .string()
  .max(200)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, "the name of a header is required");
const statuses = z
  .array(
    z.union([
      z.int().min(200).max(599),
      z.string().regex(/^[2-5]xx$/, "a status such as 404, or a class such as 5xx, is required"),
    ]),
  )
  .min(1)
  .max(50);
const output = z
  .record(contractKey, pointer)
  .describe("Contract key to a JSON Pointer into what came back; what is not there yields no value.");

const body = z.union(
  [
    z.strictObject({ json: callSource }),
    z.strictObject({ fields: z.record(pointer, callSource) }),
    z.strictObject({ form: callSource }),
    z.strictObject({ text: callSource, type: printable.max(200).optional() }),
  ],
  { error: "one of json, fields, form and text is required, made of contract keys and constants" },
);

/** An HTTP request and what its response means. */
export const httpCall = z.strictObject({
  method: z.enum(["get", "post", "put", "patch", "delete"]),
  url: z
    .string()
    .max(2_000)
    .regex(/^https?:\/\/[^\s{}/?#]+([/?][^\s#]*)?$/, "a whole URL is required; only its path may hold {parameters}")
    .describe("https://api.example.com/users/{id}: each {name} is a member of path."),
  path: z.record(name, callSource).optional().describe("What stands for each {name} of the URL, percent-encoded."),
  query: z.record(name, secretSource).optional().describe("Parameters; one whose key is absent is left out."),
  headers: z.record(headerName, secretSource).optional(),
  body: body
    .optional()
    .describe(
      "json: one value. fields: JSON put together from JSON Pointers. form: an object as a form. text: as it is.",
    ),
  success: statuses.optional().describe("Statuses whose response is mapped; default 2xx."),
  retry: statuses.optional().describe("Statuses that another attempt may cure; default 408, 425, 429 and 5xx."),
  output: output.describe("Contract key to a JSON Pointer into {status_code, headers, body}."),
});

/** An SQL statement and what its rows mean. */
export const dbCall = z.strictObject({
  operation: z.enum(["query", "execute"]),
  statement: z.string().min(1).max(100_000).describe("One SQL statement. Values stand as :name, never in the text."),
  parameters: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "a parameter's name is required"), callSource)
    .optional(),
  output: output.describe("Contract key to a JSON Pointer into {rows, row_count, last_row_id}."),
});

/** What a node without code does. */
export const callBlock = z
  .strictObject({ http: httpCall.optional(), db: dbCall.optional() })
  .refine(({ http, db }) => (http === undefined) !== (db === undefined), "a call is either http or db");

/** A `call` block as it travels. */
export type CallBlock = z.infer<typeof callBlock>;
/** Its HTTP form. */
export type HttpCall = z.infer<typeof httpCall>;
/** Its SQL form. */
export type DbCall = z.infer<typeof dbCall>;
/** Where a value comes from. */
export type CallSource = z.infer<typeof callSource>;
/** Where a value comes from that may be a secret. */
export type SecretSource = z.infer<typeof secretSource>;
