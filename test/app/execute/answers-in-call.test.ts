import { serialize } from "node:v8";
import { describe, expect, it } from "vitest";
import { INLINE_VALUE_BYTES } from "../../../src/core/run/model/value.ts";
import type { Answer } from "../../../src/core/run/dispatch/work-item.ts";
import { answersInCall } from "../../../src/app/execute/answers-in-call.ts";
import { failure, success } from "../../support/runs.ts";

const CALL_BYTES = 32 * 1024 * 1024;
/** As large as a value may be that travels in an answer, and of characters that take two bytes each in memory. */
const LARGE = "ā".repeat(INLINE_VALUE_BYTES / 2 - 1);

const answerOf = (outputs: number, value = "x"): Answer => ({
  runId: "r",
  segment: "s",
  token: "s.1",
  results: [
    {
      step: "a",
      outcome: {
        ...success("a"),
        ok: true,
        outputs: Object.fromEntries(Array.from({ length: outputs }, (_, n) => [`k.${n}`, { v: value }])),
      } as Answer["results"][number]["outcome"],
    },
  ],
});

describe("the answers of one call", () => {
  it("are all of them as long as they are small", () => {
    expect(answersInCall(Array.from({ length: 60 }, () => answerOf(3)))).toBe(60);
    expect(answersInCall([])).toBe(0);
  });

  it("fit into a call, however large their values", () => {
    const many = Array.from({ length: 60 }, () => answerOf(20, LARGE));
    const going = many.slice(0, answersInCall(many));
    expect(going).toHaveLength(10);
    expect(serialize(going).length).toBeLessThan(CALL_BYTES);
    expect(serialize(many).length).toBeGreaterThan(CALL_BYTES);
  });

  it("are one at least, though it be too large, and never a smaller one beside it", () => {
    expect(answersInCall([answerOf(500), answerOf(1)])).toBe(1);
    expect(answersInCall([answerOf(1), answerOf(500)])).toBe(1);
  });

  it("count reported events and failures", () => {
    const told: Answer = { ...answerOf(0), results: [{ step: "a", outcome: failure() }] };
    expect(answersInCall(Array.from({ length: 201 }, () => told))).toBe(200);
    const [result] = answerOf(0).results;
    const events = Array.from({ length: 150 }, () => ({ n: 1 }));
    const loud = { ...answerOf(0), results: [{ step: "a", outcome: { ...result!.outcome, events } as never }] };
    expect(answersInCall([loud, loud])).toBe(1);
  });
});
