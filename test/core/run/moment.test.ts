import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateState } from "../../../src/core/contract/validate-state.ts";
import { momentOf } from "../../../src/core/run/wait/moment.ts";

const at = (text: string): number => Date.parse(text);

describe("a moment as text", () => {
  it.each([
    ["2026-11-21T11:05:16Z", "2026-11-21T11:05:16Z"],
    ["2026-11-21t11:05:16z", "2026-11-21T11:05:16Z"],
    ["2026-11-21T11:05:16.250Z", "2026-11-21T11:05:16.250Z"],
    ["2026-11-21T11:05:16+02:00", "2026-11-21T09:05:16Z"],
    ["2026-11-21T23:05:16-05:30", "2026-11-22T04:35:16Z"],
    ["2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"],
    ["0050-01-01T00:00:00Z", "0050-01-01T00:00:00Z"],
  ])("%s", (text, same) => {
    expect(momentOf(text)).toBe(at(same));
  });

  it.each([
    ["2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"],
    ["2016-12-31T23:59:60.5Z", "2017-01-01T00:00:00.500Z"],
    ["2017-01-01T00:59:60+01:00", "2017-01-01T00:00:00Z"],
    ["2016-12-31T18:29:60-05:30", "2017-01-01T00:00:00Z"],
  ])("the leap second %s is the first second of the next day", (text, same) => {
    expect(momentOf(text)).toBe(at(same));
  });

  it("what is finer than a millisecond is rounded up", () => {
    expect(momentOf("2026-11-21T11:05:16.0001Z")).toBe(at("2026-11-21T11:05:16.001Z"));
    expect(momentOf("2026-11-21T11:05:16.9999Z")).toBe(at("2026-11-21T11:05:17Z"));
  });

  it.each([
    "tomorrow",
    "2026-11-21",
    "2026-11-21T11:05:16",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-11-00T00:00:00Z",
    "2026-11-21T24:00:00Z",
    "2026-11-21T10:59:60Z",
    "2026-11-21T10:60:00Z",
    "2026-11-21T11:05:16Z ",
    " 2026-11-21T11:05:16Z",
    "",
  ])("%s names none", (text) => {
    expect(momentOf(text)).toBeNull();
  });

  it("is known in every text that satisfies the date-time format", () => {
    const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, "0"));
    const zone = fc.oneof(
      fc.constantFrom("Z", "z"),
      fc.tuple(fc.constantFrom("+", "-"), two(23), two(59)).map(([sign, h, m]) => `${sign}${h}:${m}`),
    );
    const text = fc
      .tuple(
        fc.integer({ min: 0, max: 9999 }),
        two(12),
        two(31),
        fc.constantFrom("T", "t", " "),
        two(23),
        two(59),
        two(60),
        zone,
      )
      .map(([y, mo, d, t, h, mi, s, z]) => `${String(y).padStart(4, "0")}-${mo}-${d}${t}${h}:${mi}:${s}${z}`);
    fc.assert(
      fc.property(text, (value) => {
        const isDateTime = validateState({ type: "string", format: "date-time" }, value).length === 0;
        const moment = momentOf(value);
        expect(moment !== null).toBe(isDateTime);
        expect(moment === null || Number.isInteger(moment)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
