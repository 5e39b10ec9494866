import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseQuarter, quarterOf, quarterOfWeek, weekOf } from "../../../src/core/debug-log/week.ts";
import "../../support/properties.ts";

const DAY_MS = 86_400_000;
const instant = fc.integer({ min: Date.UTC(1970, 0, 5), max: Date.UTC(2200, 0, 1) });

describe("weeks", () => {
  it.each([
    ["2026-01-01", "2026-W01"],
    ["2025-12-29", "2026-W01"],
    ["2025-12-28", "2025-W52"],
    ["2027-01-03", "2026-W53"],
    ["2027-01-04", "2027-W01"],
    ["2026-11-21T23:59:59Z", "2026-W47"],
  ])("%s is in %s", (date, week) => {
    expect(weekOf(Date.parse(date))).toBe(week);
  });

  it("have seven days, of which a Monday is the first", () => {
    fc.assert(
      fc.property(instant, (at) => {
        const monday = Math.floor(at / DAY_MS) * DAY_MS - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS;
        expect(weekOf(monday)).toBe(weekOf(at));
        expect(weekOf(monday + 7 * DAY_MS - 1)).toBe(weekOf(at));
        expect(weekOf(monday - 1) < weekOf(at)).toBe(true);
        expect(weekOf(monday + 7 * DAY_MS) > weekOf(at)).toBe(true);
      }),
    );
  });

  it("belong to the quarter of their Thursday", () => {
    expect(quarterOfWeek("2026-W01")).toBe("2026-Q1");
    expect(quarterOfWeek("2026-W14")).toBe("2026-Q2");
    expect(quarterOfWeek("2026-W53")).toBe("2026-Q4");
    for (const week of ["2025-W53", "2026-W00", "2026-W54", "2026-47", ""]) expect(quarterOfWeek(week)).toBeNull();
  });
});

describe("quarters", () => {
  it("are read in every usual spelling", () => {
    for (const text of ["2026-Q3", "Q3_2026", "q3-2026", "2026q3", " Q3_2026 "]) {
      expect(parseQuarter(text)).toBe("2026-Q3");
    }
    for (const text of ["2026-Q5", "Q3", "26-Q3", "third"]) expect(parseQuarter(text)).toBeNull();
    expect(quarterOf(Date.parse("2026-09-30T23:59:59Z"))).toBe("2026-Q3");
    expect(quarterOf(Date.parse("2026-10-01T00:00:00Z"))).toBe("2026-Q4");
  });
});
