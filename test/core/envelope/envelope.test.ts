import { describe, expect, it } from "vitest";
import { envelopeToWire, type Envelope } from "../../../contracts/documents/envelope.ts";
import { acceptEnvelope, errorEnvelope, respond } from "../../../src/core/envelope/envelope.ts";
import { fault } from "../../../src/core/errors.ts";

const ASSIGNED = "00000000-0000-4000-8000-00000000000a";
const NEW_ID = "00000000-0000-4000-8000-00000000000b";
const GIVEN = "6F1A2C34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const assign = { correlationId: ASSIGNED, envelopeId: NEW_ID, now: NOW };
const minimal = { source_node: "caller", operation: "goal.run", payload: { want: ["a.b"] } };

function accepted(json: unknown, extra: { idempotencyKey?: string } = {}): Envelope {
  const result = acceptEnvelope(json, { ...assign, ...extra });
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function refused(json: unknown, extra: { idempotencyKey?: string } = {}) {
  const result = acceptEnvelope(json, { ...assign, ...extra });
  if (result.ok) throw new Error("accepted");
  return result.error;
}

describe("acceptEnvelope", () => {
  it("fills every default of a minimal envelope", () => {
    expect(accepted(minimal)).toEqual({
      envelopeId: NEW_ID,
      correlationId: ASSIGNED,
      causationId: null,
      envelopeVersion: "1.0.0",
      sourceNode: "caller",
      targetNode: null,
      operation: "goal.run",
      handlerType: null,
      payload: { want: ["a.b"] },
      metadata: {
        traceId: null,
        spanId: null,
        parentSpanId: null,
        requestId: null,
        headers: {},
        tags: [],
        idempotencyKey: null,
        protocolVersion: null,
      },
      timestamp: "2026-01-02T03:04:05.006Z",
      isResponse: false,
      success: null,
      error: null,
    });
  });

  it("reads a complete envelope, keeping ids and timestamp letter by letter", () => {
    const read = accepted({
      ...minimal,
      envelope_id: GIVEN,
      correlation_id: GIVEN,
      causation_id: GIVEN,
      envelope_version: { major: 1, minor: 2, patch: 3 },
      target_node: "noop",
      handler_type: "http",
      metadata: { trace_id: "t", tags: ["x"], headers: { a: "b" }, idempotency_key: "k", protocol_version: "0.1.0" },
      timestamp: "2024-01-15T14:32:17.456789+00:00",
      is_response: false,
    });
    expect(read).toMatchObject({
      envelopeId: GIVEN,
      correlationId: GIVEN,
      causationId: GIVEN,
      envelopeVersion: "1.2.3",
      targetNode: "noop",
      handlerType: "http",
      metadata: { traceId: "t", tags: ["x"], headers: { a: "b" }, idempotencyKey: "k", protocolVersion: "0.1.0" },
      timestamp: "2024-01-15T14:32:17.456789+00:00",
    });
  });

  it("reads null as absent wherever a field may be absent", () => {
    const nulls = Object.fromEntries(
      ["envelope_id", "correlation_id", "causation_id", "target_node", "handler_type", "metadata", "timestamp"].map(
        (key) => [key, null],
      ),
    );
    expect(accepted({ ...minimal, ...nulls, is_response: null, success: null, error: null })).toEqual(
      accepted(minimal),
    );
  });

  it("reads a bare string as an error", () => {
    expect(accepted({ ...minimal, is_response: true, success: false, error: "it broke" }).error).toEqual({
      code: "RUNTIME_ERROR",
      message: "it broke",
      handlerType: null,
      operation: null,
    });
  });

  it("reads a map of tags as a list", () => {
    expect(accepted({ ...minimal, metadata: { tags: { team: "core", tier: "1" } } }).metadata.tags).toEqual([
      "team=core",
      "tier=1",
    ]);
  });

  it.each(["", "not-a-uuid", `${GIVEN} `, `${GIVEN}\n`, 7, {}, true])(
    "refuses the malformed correlation id %j and does not replace it",
    (correlationId) => {
      const error = refused({ ...minimal, correlation_id: correlationId });
      expect(error).toMatchObject({ code: "ENVELOPE_VALIDATION_ERROR", place: "$.correlation_id" });
    },
  );

  it.each([
    ["source_node", { ...minimal, source_node: undefined }],
    ["source_node", { ...minimal, source_node: "" }],
    ["operation", { ...minimal, operation: 7 }],
    ["operation", { ...minimal, operation: "" }],
    ["operation", { ...minimal, operation: "o".repeat(257) }],
    ["target_node", { ...minimal, target_node: "" }],
    ["payload", { ...minimal, payload: undefined }],
    ["payload", { ...minimal, payload: [] }],
    ["payload", { ...minimal, payload: null }],
    ["payload", { ...minimal, payload: "{}" }],
    ["envelope_id", { ...minimal, envelope_id: "x" }],
    ["causation_id", { ...minimal, causation_id: "x" }],
    ["envelope_version", { ...minimal, envelope_version: "1.0" }],
    ["envelope_version", { ...minimal, envelope_version: { major: 1, minor: 0 } }],
    ["envelope_version.major", { ...minimal, envelope_version: { major: -1, minor: 0, patch: 0 } }],
    ["metadata", { ...minimal, metadata: [] }],
    ["metadata.headers", { ...minimal, metadata: { headers: [] } }],
    ["metadata.tags", { ...minimal, metadata: { tags: "x" } }],
    ["timestamp", { ...minimal, timestamp: "2026-01-01T00:00:00" }],
    ["timestamp", { ...minimal, timestamp: "yesterday" }],
    ["is_response", { ...minimal, is_response: "no" }],
    ["success", { ...minimal, success: 1 }],
    ["error", { ...minimal, error: { message: "without a code" } }],
  ])("refuses a wrong %s and says where", (place, json) => {
    expect(refused(json)).toMatchObject({ code: "ENVELOPE_VALIDATION_ERROR", place: `$.${place}` });
  });

  it.each([[null], [undefined], ["text"], [7], [[]]])("refuses %j as a whole", (json) => {
    expect(refused(json)).toMatchObject({ code: "ENVELOPE_VALIDATION_ERROR", place: "$" });
  });

  it("lists everything that is wrong at once", () => {
    const error = refused({ correlation_id: "x", payload: [] });
    const { errors } = error.details as { errors: { place: string }[] };
    expect(errors.map(({ place }) => place).sort()).toEqual([
      "$.correlation_id",
      "$.operation",
      "$.payload",
      "$.source_node",
    ]);
  });

  it("takes the idempotency key from either place, and refuses two that differ", () => {
    expect(accepted(minimal, { idempotencyKey: "k" }).metadata.idempotencyKey).toBe("k");
    const keyed = { ...minimal, metadata: { idempotency_key: "k", trace_id: "t" } };
    expect(accepted(keyed).metadata.idempotencyKey).toBe("k");
    expect(accepted(keyed, { idempotencyKey: "k" }).metadata).toMatchObject({ idempotencyKey: "k", traceId: "t" });
    expect(refused(keyed, { idempotencyKey: "other" })).toMatchObject({ code: "ENVELOPE_VALIDATION_ERROR" });
  });

  it("neither changes nor copies what it was given, and gives back what cannot be changed", () => {
    const payload = Object.freeze({ deep: Object.freeze({ a: 1 }) });
    const json = Object.freeze({ ...minimal, payload, metadata: Object.freeze({ tags: Object.freeze(["x"]) }) });
    const envelope = accepted(json, { idempotencyKey: "k" });
    expect(envelope.payload).toBe(payload);
    expect(Object.isFrozen(envelope)).toBe(true);
    expect(Object.isFrozen(envelope.metadata)).toBe(true);
  });
});

describe("respond", () => {
  const request = accepted({
    ...minimal,
    envelope_id: GIVEN,
    correlation_id: ASSIGNED,
    target_node: "planner",
    handler_type: "local",
    metadata: { trace_id: "t", headers: { authorization: "secret" } },
  });
  const stamp = { envelopeId: NEW_ID, now: NOW };

  it("answers: new id, same correlation, caused by the request, ends swapped", () => {
    expect(respond(request, { success: true, payload: { x: 1 }, ...stamp })).toMatchObject({
      envelopeId: NEW_ID,
      correlationId: ASSIGNED,
      causationId: GIVEN,
      sourceNode: "planner",
      targetNode: "caller",
      operation: "goal.run_RESPONSE",
      handlerType: "local",
      isResponse: true,
      success: true,
      error: null,
      payload: { x: 1 },
      timestamp: "2026-01-02T03:04:05.006Z",
    });
  });

  it("answers for the host when no target was named", () => {
    expect(respond(accepted(minimal), { success: null, payload: {}, ...stamp })).toMatchObject({
      sourceNode: "onex",
      targetNode: "caller",
      success: null,
    });
  });

  it("sends the trace back, but not the headers", () => {
    const { metadata } = respond(request, { success: true, payload: {}, ...stamp });
    expect(metadata.traceId).toBe("t");
    expect(JSON.stringify(metadata)).not.toContain("secret");
  });

  it("says why: code, message, place and hint", () => {
    const problem = fault("PLAN_UNREACHABLE", "nothing produces a.b", {
      place: "$.payload.want[0]",
      hint: "register a node",
      details: { missing: ["a.b"] },
    });
    expect(errorEnvelope(request, problem, stamp)).toMatchObject({
      success: false,
      payload: {},
      error: {
        code: "PLAN_UNREACHABLE",
        message: "nothing produces a.b",
        handlerType: "local",
        operation: "goal.run",
        details: { missing: ["a.b"], place: "$.payload.want[0]", hint: "register a node" },
      },
    });
  });

  it("names the available handlers beside the error, as the old messages do", () => {
    const problem = fault("HANDLER_NOT_FOUND", "no handler", { details: { available_handlers: ["http", "db"] } });
    const wire = envelopeToWire(errorEnvelope(request, problem, stamp));
    expect(wire["error"]).toEqual({
      code: "HANDLER_NOT_FOUND",
      message: "no handler",
      handler_type: "local",
      operation: "goal.run",
      available_handlers: ["http", "db"],
    });
  });

  it("keeps details that are no object", () => {
    const problem = fault("RUNTIME_ERROR", "odd", { details: [1, 2] });
    expect(errorEnvelope(request, problem, stamp).error?.details).toEqual({ value: [1, 2] });
  });
});
