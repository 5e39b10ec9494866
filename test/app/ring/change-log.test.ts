import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logLines, RingLog, textOf, textParts } from "../../../src/app/ring/change-log.ts";
import type { RingPart } from "../../../src/spi/ring-store.ts";

/** What a row may hold in bytes on the platform. */
const MAX_ROW_BYTES = 2_000_000;

const bytesOf = (body: string): number => new TextEncoder().encode(body).length;
/** Half a character cannot be stored: it would come back as another one. */
const isWhole = (body: string): boolean => new TextDecoder().decode(new TextEncoder().encode(body)) === body;

const character = fc.constantFrom("x", "ä", "\u{1F30A}", "語", '\\"');
/** Texts of any length up to some rows, made of characters of one to four bytes. */
const longText = fc
  .tuple(fc.array(character, { minLength: 1, maxLength: 5 }), fc.constantFrom(1, 100, 99_999, 250_001), fc.nat(3))
  .map(([pattern, times, lead]) => "-".repeat(lead) + pattern.join("").repeat(times));

/** Parts by their names, as a store keeps them. */
class Parts {
  readonly #parts = new Map<string, RingPart>();

  write(parts: readonly RingPart[]): void {
    for (const part of parts) this.#parts.set(part.part, part);
  }

  sorted(): readonly RingPart[] {
    return [...this.#parts.values()].toSorted((a, b) => (a.part < b.part ? -1 : 1));
  }
}

describe("a text", () => {
  it("of any length and any characters comes back from rows that each can be stored", () => {
    fc.assert(
      fc.property(longText, (text) => {
        const parts = textParts("r", text, 7);
        expect(textOf(parts, "r") === text).toBe(true);
        for (const { body } of parts) {
          expect(bytesOf(body)).toBeLessThan(MAX_ROW_BYTES);
          expect(isWhole(body)).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("is one row under its own name up to half a million characters, and numbered rows beyond", () => {
    const named = (length: number) => textParts("r", "x".repeat(length), null).map(({ part }) => part);
    expect(named(500_000)).toEqual(["r"]);
    expect(named(500_001)).toEqual(["r0000", "r0001"]);
  });

  it("is cut before a character that would be halved", () => {
    const text = `${"x".repeat(499_999)}\u{1F30A}${"y".repeat(10)}`;
    expect(textParts("r", text, null).map(({ body }) => body.length)).toEqual([499_999, 12]);
  });

  it("is told from parts of other names", () => {
    const others = [
      { part: "ra", body: "other", dueAt: null },
      { part: "t", body: "hash", dueAt: null },
    ];
    expect(textOf(others, "r")).toBeNull();
    expect(textOf([...textParts("r", "text", null), ...others], "r")).toBe("text");
  });
});

describe("a log", () => {
  it("gives back its lines in order, also when it is opened again at any line", () => {
    const line = fc.tuple(
      fc.oneof(
        { weight: 8, arbitrary: fc.string({ unit: "grapheme", maxLength: 3_000 }).map((text) => JSON.stringify(text)) },
        { weight: 1, arbitrary: longText.map((text) => JSON.stringify(text)) },
      ),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 25 }), (lines) => {
        const parts = new Parts();
        let log = new RingLog(10);
        for (const [text, isReopened] of lines) {
          parts.write(log.add(text, 3));
          if (isReopened) log = RingLog.of(parts.sorted(), 10);
        }
        const texts = lines.map(([text]) => text);
        expect(logLines(parts.sorted()).length).toBe(texts.length);
        expect(logLines(parts.sorted()).every((text, i) => text === texts[i])).toBe(true);
        expect(log.chars).toBe(texts.reduce((sum, text) => sum + text.length + 1, 0));
        for (const { body } of parts.sorted()) {
          expect(bytesOf(body)).toBeLessThan(MAX_ROW_BYTES);
          expect(isWhole(body)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("writes one row for a line, over the last one while that is short", () => {
    const log = new RingLog(10);
    const rows = Array.from({ length: 9 }, () => log.add("x".repeat(2_000), null).map(({ part }) => part));
    expect(rows.flat()).toEqual([...Array<string>(4).fill("s000000"), ...Array<string>(4).fill("s000001"), "s000002"]);
  });

  it("says when its owner is due by its last row, which sorts after the text it adds to", () => {
    const parts = new Parts();
    parts.write(textParts("r", "x".repeat(600_000), 1));
    const log = new RingLog(600_000);
    for (let at = 2; at < 20; at++) parts.write(log.add("x".repeat(1_000), at));
    expect(parts.sorted().at(-1)?.dueAt).toBe(19);
    parts.write(log.add("short", null));
    expect(parts.sorted().at(-1)?.dueAt).toBeNull();
  });
});
