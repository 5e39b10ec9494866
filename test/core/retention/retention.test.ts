import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, dayOf, endOf, shift, startOf } from "../../../src/core/retention/day.ts";
import { blanked, isBlank } from "../../../src/core/retention/erasure.ts";
import {
  dayIn,
  PAYLOADS,
  payloadKey,
  archiveKey,
  ARCHIVE,
  archivedOn,
  valueDay,
  valueKey,
  valuesOf,
} from "../../../src/core/retention/keys.ts";
import { firstKeptDay, readRetention } from "../../../src/core/retention/settings.ts";

/** From 1970 to 2100. */
const moments = fc.integer({ min: 0, max: 4_102_444_800_000 });
const tenants = fc.string({ minLength: 1, maxLength: 12, unit: "binary" });

describe("days", () => {
  it("a moment lies in its day", () => {
    fc.assert(
      fc.property(moments, (at) => {
        const day = dayOf(at);
        expect(startOf(day)).toBeLessThanOrEqual(at);
        expect(endOf(day)).toBeGreaterThan(at);
        expect(endOf(day) - startOf(day)).toBe(DAY_MS);
      }),
    );
  });

  it("sort as they follow each other", () => {
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 800 }), (at, days) => {
        const day = dayOf(at);
        expect(shift(day, days) > day).toBe(true);
        expect(shift(shift(day, days), -days)).toBe(day);
      }),
    );
    expect([shift("2026-02-28", 1), shift("2028-02-28", 1), shift("2026-01-01", -1)]).toEqual([
      "2026-03-01",
      "2028-02-29",
      "2025-12-31",
    ]);
  });
});

describe("keys", () => {
  it("tell the day they were made", () => {
    fc.assert(
      fc.property(moments, tenants, (at, tenant) => {
        const day = dayOf(at);
        expect(dayIn(archiveKey(at, "01J"), ARCHIVE)).toBe(day);
        expect(archiveKey(at, "01J").startsWith(archivedOn(day))).toBe(true);
        expect(dayIn(payloadKey(at, tenant, "m1"), PAYLOADS)).toBe(day);
        const key = valueKey(tenant, "0".repeat(64), at);
        expect(valueDay(key)).toBe(day);
        expect(key.startsWith(valuesOf(tenant, day))).toBe(true);
        expect(key.startsWith(valuesOf(tenant))).toBe(true);
      }),
    );
  });

  it.each(["runs/", "runs/2026-01-01", "runs/2026-1-01/a", "runs/x2026-01-01/a", "values/2026-01-01/a", ""])(
    "%j is of no day",
    (key) => expect(dayIn(key, ARCHIVE)).toBeNull(),
  );

  it.each([`values/default/${"0".repeat(64)}`, "values/t/2026-01-01/short", `values/2026-01-01/${"0".repeat(64)}`])(
    "the value %j is of no day",
    (key) => expect(valueDay(key)).toBeNull(),
  );
});

describe("the variable RETENTION_DAYS", () => {
  it.each([
    ["30", 30],
    ["0", 0],
    ["1", 1],
    ["36500", 36_500],
  ])("%j is read", (text, days) => expect(readRetention(text)).toEqual({ ok: true, value: { days } }));

  it.each([undefined, "", "-1", "1.5", "thirty", " 30", "36501", "1e3", "0x1", "∞"])("%j is refused", (text) =>
    expect(readRetention(text)).toMatchObject({ ok: false, error: { code: "INVALID_CONFIGURATION" } }),
  );

  it("keeps that many whole days, and everything for 0", () => {
    const now = Date.UTC(2026, 0, 31, 12);
    expect(firstKeptDay({ days: 30 }, now)).toBe("2026-01-01");
    expect(firstKeptDay({ days: 1 }, now)).toBe("2026-01-30");
    expect(firstKeptDay({ days: 0 }, now)).toBeNull();
    fc.assert(
      fc.property(moments, fc.integer({ min: 1, max: 1_000 }), (at, days) => {
        const first = firstKeptDay({ days }, at + 2_000 * DAY_MS) ?? "";
        expect(at + 2_000 * DAY_MS - endOf(shift(first, -1))).toBeGreaterThanOrEqual(days * DAY_MS);
      }),
    );
  });
});

describe("blanking", () => {
  const text = (body: Uint8Array): string => new TextDecoder().decode(body);
  const bytes = (body: string): Uint8Array => new TextEncoder().encode(body);

  it("takes out the records asked for and moves no other byte", () => {
    const lines = fc.array(
      fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }).map((line) => line.replaceAll(/\s/gu, "x")),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(lines, fc.array(fc.nat({ max: 7 })), (records, chosen) => {
        let offset = 0;
        const places = records.map((record) => {
          const place = { offset, length: bytes(record).length };
          offset += place.length + 1;
          return place;
        });
        const body = bytes(records.map((record) => `${record}\n`).join(""));
        const due = chosen.flatMap((n) => places[n] ?? []);
        const left = blanked(body, due);
        expect(left).toHaveLength(body.length);
        for (const [n, place] of places.entries()) {
          const record = text(left.subarray(place.offset, place.offset + place.length));
          expect(record).toBe(chosen.includes(n) ? " ".repeat(place.length) : records[n]);
        }
        expect(blanked(left, due)).toEqual(left);
        expect(isBlank(left)).toBe(places.every((_, n) => chosen.includes(n)));
      }),
    );
  });

  it("leaves its input alone, and reaches not beyond the end", () => {
    const body = bytes("abc\n");
    expect(text(blanked(body, [{ offset: 2, length: 99 }]))).toBe("ab  ");
    expect(text(body)).toBe("abc\n");
    expect(isBlank(new Uint8Array())).toBe(true);
  });
});
