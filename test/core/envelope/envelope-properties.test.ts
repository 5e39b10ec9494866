import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { envelopeToWire, envelopeWire, type Envelope } from "../../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { acceptEnvelope, errorEnvelope, respond } from "../../../src/core/envelope/envelope.ts";
import { fault } from "../../../src/core/errors.ts";

const NEW_ID = "00000000-0000-4000-8000-00000000000b";
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 6);
const assign = { correlationId: "00000000-0000-4000-8000-00000000000a", envelopeId: NEW_ID, now: NOW };

function accepted(json: unknown): Envelope {
  const result = acceptEnvelope(json, assign);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

const text = fc.string({ maxLength: 20 });
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const word = fc.string({ minLength: 1, maxLength: 20 });
const name = fc.oneof(word, fc.constant("n".repeat(256)));
const id = fc.uuid();
const json = fc.jsonValue().map((value) => value as JsonObject[string]);
const payload = fc.dictionary(fc.string(), json, { maxKeys: 3 });
const instant = fc
  .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
  .map((date) => date.toISOString());

const anyEnvelope: fc.Arbitrary<Envelope> = fc.record({
  envelopeId: id,
  correlationId: id,
  causationId: nullable(id),
  envelopeVersion: fc.tuple(fc.nat(99), fc.nat(99), fc.nat(99)).map((parts) => parts.join(".")),
  sourceNode: name,
  targetNode: nullable(name),
  operation: name,
  handlerType: nullable(text),
  payload,
  metadata: fc.record({
    traceId: nullable(text),
    spanId: nullable(text),
    parentSpanId: nullable(text),
    requestId: nullable(text),
    headers: fc.dictionary(
      fc.string().filter((key) => key !== "__proto__"),
      text,
      { noNullPrototype: true },
    ),
    tags: fc.array(text, { maxLength: 3 }),
    idempotencyKey: nullable(word),
    protocolVersion: nullable(text),
  }),
  timestamp: instant,
  isResponse: fc.boolean(),
  success: nullable(fc.boolean()),
  error: nullable(
    fc.record(
      {
        code: word,
        message: text,
        handlerType: nullable(text),
        operation: nullable(text),
        details: json,
        availableHandlers: fc.array(text),
      },
      { requiredKeys: ["code", "message", "handlerType", "operation"] },
    ),
  ),
});

describe("every envelope", () => {
  it("what is written is read again, through JSON text", () => {
    fc.assert(
      fc.property(anyEnvelope, (envelope) => {
        const parsed = JSON.parse(JSON.stringify(envelopeToWire(envelope))) as unknown;
        expect(accepted(parsed)).toEqual(JSON.parse(JSON.stringify(envelope)));
      }),
    );
  });

  it("nobody touches a correlation id: not accepting, not answering, not refusing", () => {
    fc.assert(
      fc.property(anyEnvelope, fc.boolean(), (envelope, success) => {
        const request = accepted(envelopeToWire(envelope));
        expect(request.correlationId).toBe(envelope.correlationId);
        const stamp = { envelopeId: NEW_ID, now: NOW };
        expect(respond(request, { success, payload: {}, ...stamp }).correlationId).toBe(envelope.correlationId);
        const refusal = errorEnvelope(request, fault("RUNTIME_ERROR", "x"), stamp);
        expect(refusal.correlationId).toBe(envelope.correlationId);
        expect(refusal.causationId).toBe(envelope.envelopeId);
      }),
    );
  });

  it("every response is itself a valid envelope", () => {
    fc.assert(
      fc.property(anyEnvelope, (envelope) => {
        const reply = respond(envelope, {
          success: false,
          payload: {},
          fault: fault("PLAN_CYCLE", "a cycle", { details: { path: ["a", "b"] } }),
          envelopeId: NEW_ID,
          now: NOW,
        });
        expect(envelopeWire.safeParse(envelopeToWire(reply)).error).toBeUndefined();
      }),
    );
  });

  it("any JSON is either accepted or refused, never an exception", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const result = acceptEnvelope(value, assign);
        expect(result.ok ? "ok" : result.error.code).toMatch(/^(ok|ENVELOPE_VALIDATION_ERROR)$/);
      }),
    );
  });
});
