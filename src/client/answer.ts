import { z } from "zod";
import { envelopeDraft, type Envelope } from "../../contracts/documents/envelope.ts";
import { asWire, type Wire } from "../../contracts/json/wire.ts";
import { errorOf } from "./onex-error.ts";

/** By which schema an answer, or an item of a list in one, was read. */
const SCHEMAS = new WeakMap<object, z.core.$ZodType>();

/** Null for what was not read from a server, and for documents. */
export const schemaOf = (answer: object): z.core.$ZodType | null => SCHEMAS.get(answer) ?? null;

/** The body of an answer as the contract describes it. Rejects what is not so: a server of another kind or time. */
export function readAnswer<S extends z.ZodType>(schema: S, body: unknown): Wire<z.output<S>> {
  const read = readDocument(schema, body);
  remember(schema, read);
  return read;
}

/** The same of a document: its names are its own. */
export function readDocument<S extends z.ZodType>(schema: S, body: unknown): Wire<z.output<S>> {
  const read = schema.safeParse(body);
  if (read.success) return asWire(read.data);
  const [issue] = read.error.issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw errorOf("RUNTIME_ERROR", `the server's answer is not what the contract says${where}: ${issue?.message ?? ""}`);
}

/** Lists are handed out item by item. */
function remember(schema: z.core.$ZodType, answer: unknown): void {
  if (typeof answer !== "object" || answer === null) return;
  SCHEMAS.set(answer, schema);
  if (!(schema instanceof z.ZodObject)) return;
  for (const [name, member] of Object.entries<unknown>({ ...answer })) {
    const declared: unknown = schema.shape[name];
    if (!(declared instanceof z.ZodArray) || !Array.isArray(member)) continue;
    const items: readonly unknown[] = member;
    for (const item of items) if (typeof item === "object" && item !== null) SCHEMAS.set(item, declared.element);
  }
}

/** A complete envelope: a server leaves no id to be assigned. */
export function readEnvelope(body: unknown): Envelope {
  const { envelopeId, correlationId, timestamp, ...rest } = readDocument(envelopeDraft, body);
  if (envelopeId === null || correlationId === null || timestamp === null) {
    throw errorOf("RUNTIME_ERROR", "the server's envelope lacks an id or a timestamp");
  }
  return { ...rest, envelopeId, correlationId, timestamp };
}
