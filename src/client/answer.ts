import type { z } from "zod";
import { envelopeDraft, type Envelope } from "../../contracts/documents/envelope.ts";
import { asWire, type Wire } from "../../contracts/json/wire.ts";
import { errorOf } from "./onex-error.ts";

/** The body of an answer as the contract describes it. Rejects what is not so: a server of another kind or time. */
export function readAnswer<S extends z.ZodType>(schema: S, body: unknown): Wire<z.output<S>> {
  const read = schema.safeParse(body);
  if (read.success) return asWire(read.data);
  const [issue] = read.error.issues;
  const where = issue && issue.path.length > 0 ? ` at ${issue.path.join(".")}` : "";
  throw errorOf("RUNTIME_ERROR", `the server's answer is not what the contract says${where}: ${issue?.message ?? ""}`);
}

/** A complete envelope: a server leaves no id to be assigned. */
export function readEnvelope(body: unknown): Envelope {
  const { envelopeId, correlationId, timestamp, ...rest } = readAnswer(envelopeDraft, body);
  if (envelopeId === null || correlationId === null || timestamp === null) {
    throw errorOf("RUNTIME_ERROR", "the server's envelope lacks an id or a timestamp");
  }
  return { ...rest, envelopeId, correlationId, timestamp };
}
