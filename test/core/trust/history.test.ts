import { describe, expect, it } from "vitest";
import { HISTORY_LENGTH, noteScore, type ScoreMoment } from "../../../src/core/trust/history.ts";

const score = (value: number, confidence = 0.5) => ({ score: value, confidence, samples: 3 });

describe("score history", () => {
  it("notes the first score and every move, not every report", () => {
    const first = noteScore([], score(0.5), 1);
    expect(first).toEqual([{ score: 0.5, confidence: 0.5, samples: 3, at: 1 }]);
    expect(noteScore(first, score(0.5004), 2)).toBe(first);
    expect(noteScore(first, score(0.502), 2)).toHaveLength(2);
    expect(noteScore(first, score(0.5, 0.502), 2)).toHaveLength(2);
  });

  it("notes a slow drift once it adds up", () => {
    let history: readonly ScoreMoment[] = noteScore([], score(0.5), 0);
    for (let step = 1; step <= 10; step++) history = noteScore(history, score(0.5 + step * 0.0004), step);
    expect(history.length).toBe(4);
  });

  it("keeps the newest moments only", () => {
    let history: readonly ScoreMoment[] = [];
    for (let step = 0; step < HISTORY_LENGTH + 20; step++) history = noteScore(history, score(step / 100), step);
    expect(history).toHaveLength(HISTORY_LENGTH);
    expect(history[0]?.at).toBe(20);
    expect(history.at(-1)?.at).toBe(HISTORY_LENGTH + 19);
  });
});
