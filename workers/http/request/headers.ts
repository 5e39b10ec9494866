import { z } from "zod";
import { isPlainText, uuid } from "../../../contracts/json/json.ts";
import { fault, type Fault } from "../../../src/core/errors.ts";
import { err, ok, type Result } from "../../../src/core/result.ts";
import { quoted } from "../../../src/core/text/clip.ts";
import type { AppContext } from "./context.ts";
import { CORRELATION_HEADER } from "./correlation.ts";

/** Carries a registry version: a request's demand to see it, an answer's news of it. */
export const REGISTRY_VERSION_HEADER = "x-onex-registry-version";
export const IDEMPOTENCY_HEADER = "idempotency-key";
/** W3C Trace Context. */
export const TRACE_HEADER = "traceparent";

const MAX_KEY_LENGTH = 255;

/** Documentation of the headers any route reads. */
export const correlationHeader = {
  [CORRELATION_HEADER]: uuid
    .optional()
    .meta({ description: "Correlates the request; assigned when missing, sent back always." }),
  [TRACE_HEADER]: z
    .string()
    .optional()
    .meta({
      description: "The trace the request belongs to (W3C Trace Context); ignored when malformed.",
      examples: ["00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"],
    }),
};
export const registryVersionHeader = {
  [REGISTRY_VERSION_HEADER]: z
    .string()
    .optional()
    .meta({ description: "A registry version from an earlier answer that this request must see." }),
};
export const idempotencyHeader = {
  [IDEMPOTENCY_HEADER]: z
    .string()
    .min(1)
    .max(MAX_KEY_LENGTH)
    .optional()
    .meta({ description: "Requests with the same key are one request. May also be in the envelope's metadata." }),
};
export const preferHeader = {
  prefer: z
    .string()
    .optional()
    .meta({
      description: "`wait=N` holds the answer until the run ends, at most N seconds (60 at most).",
      examples: ["wait=10"],
    }),
};

/** The key of an Idempotency-Key header: bare, or quoted as the IETF draft spells it. Null when there is none. */
export function idempotencyKeyOf(header: string | undefined): string | null {
  if (header === undefined) return null;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  return key.slice(0, MAX_KEY_LENGTH + 1);
}

/** The request's idempotency key; null when it has none. */
export function keyOf(c: AppContext): Result<string | null, Fault> {
  const key = idempotencyKeyOf(c.req.header(IDEMPOTENCY_HEADER));
  if (key === null || isIdempotencyKey(key)) return ok(key);
  return err(
    fault("INVALID_PARAMETER", "the idempotency key must have 1 to 255 characters", {
      place: `header ${IDEMPOTENCY_HEADER}`,
    }),
  );
}

/** Whether a key from a header is one the system takes. */
export const isIdempotencyKey = (key: string): boolean =>
  key.length > 0 && key.length <= MAX_KEY_LENGTH && isPlainText(key);

const REGISTRY_VERSION = /^\d{1,15}\.\d{1,15}$/;

/** The registry version that a request must see; null when it names none. */
export function registryVersionOf(c: AppContext): Result<string | null, Fault> {
  const version = c.req.header(REGISTRY_VERSION_HEADER);
  if (version === undefined) return ok(null);
  if (REGISTRY_VERSION.test(version)) return ok(version);
  return err(
    fault("INVALID_PARAMETER", `${quoted(version)} is no registry version`, {
      place: `header ${REGISTRY_VERSION_HEADER}`,
      hint: "send what an earlier answer carried, such as 12.3, or leave the header out",
    }),
  );
}
