import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_LINE_CHARS, StepLog, type LogLine } from "../../../src/core/pool/step-log.ts";

const line = (text: string): LogLine => ({ stream: "stdout", text });

describe("the log of a step", () => {
  it("is kept whole while it is short", () => {
    expect(new StepLog([line("a"), { stream: "stderr", text: "b" }]).lines).toEqual([
      line("a"),
      { stream: "stderr", text: "b" },
    ]);
  });

  it("keeps the beginning and the end of a flood, and says how many lines are missing", () => {
    const log = new StepLog();
    for (let number = 0; number < 100_000; number++) log.add(line(`line ${number}`));
    const { lines } = log;
    expect(lines[0]).toEqual(line("line 0"));
    expect(lines.at(-1)).toEqual(line("line 99999"));
    const gap = lines.findIndex(({ skipped }) => skipped !== undefined);
    expect(lines[gap]?.skipped).toBe(100_000 - lines.length);
    expect(lines.reduce((chars, { text }) => chars + text.length + 1, 0)).toBeLessThanOrEqual(16_000);
  });

  it("clips a line, and no character in half", () => {
    const [clipped] = new StepLog([line("😀".repeat(MAX_LINE_CHARS))]).lines;
    expect(clipped?.text.length).toBeLessThanOrEqual(MAX_LINE_CHARS);
    expect(clipped?.text.isWellFormed()).toBe(true);
  });

  it("is the same when it is clipped twice", () => {
    const some = fc.array(
      fc.record({ stream: fc.constantFrom("stdout", "stderr"), text: fc.string({ maxLength: 3_000 }) }),
    );
    fc.assert(
      fc.property(some, (lines) => {
        const once = new StepLog(lines).lines;
        expect(new StepLog(once).lines.map(({ text }) => text)).toEqual(once.map(({ text }) => text));
      }),
    );
  });
});
