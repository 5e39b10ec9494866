import { z } from "zod";
import { anyJson, anyObject } from "../json/any-json.ts";
import { CHAIN_LISTS, chainFields, type ChainLink, type Chains } from "./chain.ts";
import { isPlainText, PLAIN_TEXT, plainText, uuid, type JsonObject, type JsonValue } from "../json/json.ts";

/** The envelope version this system writes. */
export const ENVELOPE_VERSION = "1.0.0";

/** What travels with an envelope without being its business. Absent entries are null or empty. */
export interface EnvelopeMetadata {
  readonly traceId: string | null;
  readonly spanId: string | null;
  readonly parentSpanId: string | null;
  readonly requestId: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  /** Two requests with the same key are one request. */
  readonly idempotencyKey: string | null;
  readonly protocolVersion: string | null;
}

/** The error object of a response envelope. Never carries a stack trace or a secret. */
export interface EnvelopeError {
  readonly code: string;
  readonly message: string;
  readonly handlerType: string | null;
  readonly operation: string | null;
  readonly details?: JsonValue;
  /** With HANDLER_NOT_FOUND: the handler types that do exist. */
  readonly availableHandlers?: readonly string[];
}

/** The message format everywhere, complete: every id is there. Immutable; the payload is opaque. */
export interface Envelope {
  readonly envelopeId: string;
  /** Assigned by the host when missing, then never changed by anybody. */
  readonly correlationId: string;
  /** The envelope this one answers, or null. */
  readonly causationId: string | null;
  /** major.minor.patch */
  readonly envelopeVersion: string;
  readonly sourceNode: string;
  readonly targetNode: string | null;
  readonly operation: string;
  readonly handlerType: string | null;
  readonly payload: JsonObject;
  readonly metadata: EnvelopeMetadata;
  /** ISO 8601 with a zone. */
  readonly timestamp: string;
  readonly isResponse: boolean;
  /** Null in requests and while the work goes on. */
  readonly success: boolean | null;
  readonly error: EnvelopeError | null;
  /** What is sent when the run has ended; absent when that is nothing. */
  readonly chains?: Chains;
}

/** An envelope as it arrived: the host has yet to assign what is null here. */
export type EnvelopeDraft = Omit<Envelope, "envelopeId" | "correlationId" | "timestamp" | "chains"> & {
  /** The lists as they came: read by core/chain. */
  readonly lists?: WrittenLists;
  readonly envelopeId: string | null;
  readonly correlationId: string | null;
  readonly timestamp: string | null;
};

type WrittenLists = Pick<z.output<typeof envelopeWire>, keyof typeof chainFields>;

/** The metadata of an envelope that brings none. */
export const NO_METADATA: EnvelopeMetadata = Object.freeze({
  traceId: null,
  spanId: null,
  parentSpanId: null,
  requestId: null,
  headers: Object.freeze({}),
  tags: Object.freeze([]),
  idempotencyKey: null,
  protocolVersion: null,
});

const shortText = plainText.max(256);
/** A required name: says `required` rather than which type `undefined` is not. */
const name = z
  .string({ error: ({ input }) => (input === undefined ? "required" : "a string is required") })
  .min(1, "must not be empty")
  .max(256)
  .refine(isPlainText, PLAIN_TEXT);
/** As long as a name, however many answers it has been through: what may be asked may be answered. */
const operation = z
  .string({ error: ({ input }) => (input === undefined ? "required" : "a string is required") })
  .regex(/^[\s\S]{1,256}(?:_RESPONSE)*$/, "1 to 256 characters are required")
  .refine(isPlainText, PLAIN_TEXT);
const releaseNumber = z.int().min(0);
const version = z.union(
  [z.string().regex(/^\d+\.\d+\.\d+$/), z.object({ major: releaseNumber, minor: releaseNumber, patch: releaseNumber })],
  { error: "a semantic version such as 1.0.0, or {major, minor, patch}, is required" },
);
/** The most tags of a run, and the most characters of one: as many as a search knows. */
export const MOST_TAGS = 200;
export const LONGEST_TAG = 300;
/** Each member is read as the tag `name=value`. */
const tagMap = z
  .record(plainText.max(256), shortText)
  .refine((tags) => Object.keys(tags).length <= MOST_TAGS, `at most ${MOST_TAGS} tags`)
  .refine(
    (tags) => Object.entries(tags).every(([key, value]) => key.length + value.length < LONGEST_TAG),
    `at most ${LONGEST_TAG} characters a tag`,
  );
/** Null reads as absent, as a serialiser that writes every field leaves it. */
const givenId = uuid.nullish();

const metadata = z.object({
  trace_id: shortText.nullish(),
  span_id: shortText.nullish(),
  parent_span_id: shortText.nullish(),
  request_id: shortText.nullish(),
  headers: z.record(z.string(), z.string()).nullish(),
  tags: z
    .union([z.array(shortText).max(MOST_TAGS), tagMap], {
      error: `a list of at most ${MOST_TAGS} strings, or a map of strings, is required`,
    })
    .nullish()
    .meta({ description: "A list. A map is accepted and read as a list of `name=value`." }),
  idempotency_key: plainText
    .min(1)
    .max(255)
    .nullish()
    .meta({ description: "Requests with the same key are one request." }),
  protocol_version: shortText.nullish(),
});

const error = z.object({
  code: z.string().min(1).max(100),
  message: z.string(),
  handler_type: shortText.nullish(),
  operation: shortText.nullish(),
  details: anyJson("More about what is wrong: `place`, `hint` and the like.").optional(),
  available_handlers: z.array(z.string()).optional(),
});

/** An envelope as it is written on the wire: snake_case, with everything a sender may leave out optional. */
export const envelopeWire = z
  .object(
    {
      envelope_id: givenId.meta({ description: "Assigned by the host when missing." }),
      correlation_id: givenId.meta({ description: "Assigned by the host when missing, never changed when present." }),
      causation_id: givenId.meta({ description: "The envelope this one answers." }),
      envelope_version: version.default(ENVELOPE_VERSION),
      source_node: name.meta({ description: "Who sends." }),
      target_node: name.nullish(),
      operation: operation.meta({ description: "`goal.run`, `graph.run`, `node.execute` …" }),
      handler_type: shortText.nullish(),
      payload: anyObject("What the operation needs."),
      metadata: metadata.nullish(),
      timestamp: z.iso.datetime({ offset: true, error: "an ISO 8601 instant with a zone is required" }).nullish(),
      is_response: z.boolean().nullish(),
      success: z.boolean().nullish().meta({ description: "Null in requests, and in responses while the run goes on." }),
      error: z
        .union([error, z.string()], { error: "an error object {code, message, …} or a string is required" })
        .nullish()
        .meta({ description: "A bare string is read as a RUNTIME_ERROR." }),
      ...chainFields,
    },
    { error: "an envelope is a JSON object" },
  )
  .meta({
    id: "Envelope",
    title: "Envelope",
    description: "The message format everywhere.",
    examples: [
      {
        source_node: "readme",
        operation: "goal.run",
        payload: { want: ["metadata.report"], given: { "document.text": "# Hello" } },
      },
    ],
  });

/** Wire form. */
export type EnvelopeWire = z.input<typeof envelopeWire>;

/** Reads any accepted wire form into the one form the code knows. */
export const envelopeDraft = envelopeWire.transform(draftOf);

function draftOf(wire: z.output<typeof envelopeWire>): EnvelopeDraft {
  const v = wire.envelope_version;
  return {
    envelopeId: wire.envelope_id ?? null,
    correlationId: wire.correlation_id ?? null,
    causationId: wire.causation_id ?? null,
    envelopeVersion: typeof v === "string" ? v : `${v.major}.${v.minor}.${v.patch}`,
    sourceNode: wire.source_node,
    targetNode: wire.target_node ?? null,
    operation: wire.operation,
    handlerType: wire.handler_type ?? null,
    payload: wire.payload,
    metadata: wire.metadata ? metadataOf(wire.metadata) : NO_METADATA,
    timestamp: wire.timestamp ?? null,
    isResponse: wire.is_response ?? false,
    success: wire.success ?? null,
    error: wire.error === null || wire.error === undefined ? null : errorOf(wire.error),
    ...(CHAIN_LISTS.some((list) => wire[list]) ? { lists: listsOf(wire) } : {}),
  };
}

const listsOf = ({ on_success, on_failure, on_complete }: z.output<typeof envelopeWire>): WrittenLists => ({
  on_success,
  on_failure,
  on_complete,
});

function metadataOf(wire: z.output<typeof metadata>): EnvelopeMetadata {
  const tags = wire.tags ?? [];
  return {
    traceId: wire.trace_id ?? null,
    spanId: wire.span_id ?? null,
    parentSpanId: wire.parent_span_id ?? null,
    requestId: wire.request_id ?? null,
    headers: wire.headers ?? {},
    tags: Array.isArray(tags) ? tags : Object.entries(tags).map(([key, value]) => `${key}=${value}`),
    idempotencyKey: wire.idempotency_key ?? null,
    protocolVersion: wire.protocol_version ?? null,
  };
}

function errorOf(wire: z.output<typeof error> | string): EnvelopeError {
  if (typeof wire === "string") return { code: "RUNTIME_ERROR", message: wire, handlerType: null, operation: null };
  return {
    code: wire.code,
    message: wire.message,
    handlerType: wire.handler_type ?? null,
    operation: wire.operation ?? null,
    ...(wire.details === undefined ? {} : { details: wire.details }),
    ...(wire.available_handlers === undefined ? {} : { availableHandlers: wire.available_handlers }),
  };
}

/** The one form this system writes. The payload is shared, not copied. */
export function envelopeToWire(envelope: Envelope): JsonObject {
  return {
    envelope_id: envelope.envelopeId,
    correlation_id: envelope.correlationId,
    causation_id: envelope.causationId,
    envelope_version: envelope.envelopeVersion,
    source_node: envelope.sourceNode,
    target_node: envelope.targetNode,
    operation: envelope.operation,
    handler_type: envelope.handlerType,
    payload: envelope.payload,
    metadata: metadataToWire(envelope.metadata),
    timestamp: envelope.timestamp,
    is_response: envelope.isResponse,
    success: envelope.success,
    error: envelope.error && errorToWire(envelope.error),
    ...chainsToWire(envelope.chains),
  };
}

/** The lists of an envelope as JSON. */
export const chainsToWire = (chains: Chains | undefined): JsonObject =>
  Object.fromEntries(
    CHAIN_LISTS.flatMap((list) => {
      const links = chains?.[list];
      return links === undefined ? [] : [[list, links.map(linkToWire)]];
    }),
  );

/** A link as JSON: its members as they are, and its own lists likewise. */
const linkToWire = ({ on_success, on_failure, on_complete, ...link }: ChainLink): JsonObject => ({
  ...link,
  ...chainsToWire({
    ...(on_success ? { on_success } : {}),
    ...(on_failure ? { on_failure } : {}),
    ...(on_complete ? { on_complete } : {}),
  }),
});

/** Absent entries are left out: an envelope without metadata is written with `{}`. */
export function metadataToWire(from: EnvelopeMetadata): JsonObject {
  return {
    ...(from.traceId === null ? {} : { trace_id: from.traceId }),
    ...(from.spanId === null ? {} : { span_id: from.spanId }),
    ...(from.parentSpanId === null ? {} : { parent_span_id: from.parentSpanId }),
    ...(from.requestId === null ? {} : { request_id: from.requestId }),
    ...(Object.keys(from.headers).length === 0 ? {} : { headers: from.headers }),
    ...(from.tags.length === 0 ? {} : { tags: from.tags }),
    ...(from.idempotencyKey === null ? {} : { idempotency_key: from.idempotencyKey }),
    ...(from.protocolVersion === null ? {} : { protocol_version: from.protocolVersion }),
  };
}

function errorToWire(from: EnvelopeError): JsonObject {
  return {
    code: from.code,
    message: from.message,
    handler_type: from.handlerType,
    operation: from.operation,
    ...(from.details === undefined ? {} : { details: from.details }),
    ...(from.availableHandlers === undefined ? {} : { available_handlers: from.availableHandlers }),
  };
}
