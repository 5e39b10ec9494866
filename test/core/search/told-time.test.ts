import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyedRunId, runId } from "../../../src/core/run/model/run-id.ts";
import {
  CORRELATION_SPAN_MS,
  isToldByCorrelation,
  isToldById,
  timedUuid,
  toldByRunId,
  toldByUuid,
} from "../../../src/core/search/told-time.ts";
import { systemIds } from "../../../src/infra/system/clock.ts";

const moments = fc.integer({ min: 0, max: 2 ** 48 - 1 });

describe("a run id", () => {
  it("tells the moment its ULID was made", () => {
    fc.assert(
      fc.property(fc.nat(255), moments, (ring, at) => {
        const id = runId(ring, systemIds.ulid(at));
        expect(toldByRunId(id)).toBe(at);
        expect(isToldById({ runId: id, createdAt: at })).toBe(true);
        expect(isToldById({ runId: id, createdAt: at + 1 })).toBe(false);
      }),
    );
  });

  it("of an idempotency key tells no run's time", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1.7e12, max: 2e12 }), (key, createdAt) => {
        expect(isToldById({ runId: keyedRunId("t", key, 256), createdAt })).toBe(false);
      }),
    );
  });

  it.each(["", "r00_1", "r00_01jabcdefghjkmnpqrstvwxyz0", "text"])("which is none tells nothing: %j", (text) => {
    expect(toldByRunId(text)).toBeNull();
  });
});

describe("a correlation id", () => {
  it("of version 7 tells its moment, and keeps the rest of what it was made from", () => {
    fc.assert(
      fc.property(moments, fc.uuid({ version: 4 }), (at, random) => {
        const id = timedUuid(at, random);
        expect(toldByUuid(id)).toBe(at);
        expect(toldByUuid(id.toUpperCase())).toBe(at);
        expect(id.slice(15)).toBe(random.slice(15));
      }),
    );
  });

  it("of another version, or none at all, tells nothing", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid({ version: [1, 2, 3, 4, 5, 6, 8] }), fc.string()), (id) => {
        expect(toldByUuid(id)).toBeNull();
        expect(isToldByCorrelation({ correlationId: id, createdAt: 1 })).toBe(false);
      }),
    );
  });

  it("tells of the runs that were created soon after it", () => {
    const correlationId = timedUuid(5_000, "11111111-1111-4111-8111-111111111111");
    const tells = (createdAt: number): boolean => isToldByCorrelation({ correlationId, createdAt });
    expect([4_999, 5_000, 4_999 + CORRELATION_SPAN_MS, 5_000 + CORRELATION_SPAN_MS].map(tells)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it("that is assigned is unique and tells the time", () => {
    const assigned = Array.from({ length: 1_000 }, () => systemIds.uuid());
    expect(new Set(assigned).size).toBe(1_000);
    expect(assigned.map(toldByUuid)).not.toContain(null);
  });
});
