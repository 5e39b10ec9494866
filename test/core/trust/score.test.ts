import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HALF_LIFE_MS, TRUST_EPOCH } from "../../../src/core/trust/decay.ts";
import type { Observation } from "../../../src/core/trust/observation.ts";
import { scoreOf, unproven } from "../../../src/core/trust/score.ts";
import {
  addObservation,
  emptyTotals,
  mergeTotals,
  newerTotals,
  type TrustTotals,
} from "../../../src/core/trust/totals.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;
const NOW = TRUST_EPOCH + 300 * 24 * 60 * 60 * 1000;

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const observation = (spreadMs: number): fc.Arbitrary<Observation> =>
  fc.record({
    x: fc.oneof(fc.constantFrom(0, 0.5, 1), unit),
    w: fc.double({ min: 0.01, max: 2, noNaN: true }),
    at: fc.integer({ min: TRUST_EPOCH - spreadMs, max: TRUST_EPOCH + spreadMs }),
  });
const declared = fc.option(unit, { nil: null });
const totalsOf = (observations: readonly Observation[]): TrustTotals =>
  observations.reduce((totals, each) => addObservation(totals, each), emptyTotals());

/** DESIGN's formula as it is written, in doubles; `now` is near every observation, so nothing overflows. */
function plainScore(observations: readonly Observation[], prior: number, now: number, m = 5): number {
  let s = 0;
  let w = 0;
  for (const each of observations) {
    const decay = 2 ** (-(now - each.at) / HALF_LIFE_MS);
    s += each.w * each.x * decay;
    w += each.w * decay;
  }
  return (s + m * prior) / (w + m);
}

describe("trust totals", () => {
  it("are the same bits in any order and any partition", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(observation(50 * YEAR_MS), fc.nat({ max: 4 }), fc.nat()), { maxLength: 40 }),
        (tagged) => {
          const inOrder = totalsOf(tagged.map(([each]) => each));
          const shuffled = [...tagged].sort((a, b) => a[2] - b[2]).map(([each]) => each);
          expect(totalsOf(shuffled)).toEqual(inOrder);
          const shards = [0, 1, 2, 3, 4].map((shard) =>
            totalsOf(tagged.filter((each) => each[1] === shard).map(([each]) => each)),
          );
          expect(shards.reduce(mergeTotals, emptyTotals())).toEqual(inOrder);
          expect(shards.reduceRight(mergeTotals, emptyTotals())).toEqual(inOrder);
        },
      ),
    );
  });

  it("are changed by nothing without weight", () => {
    const totals = totalsOf([{ x: 1, w: 1, at: NOW }]);
    expect(addObservation(totals, { x: 0, w: 0, at: NOW })).toBe(totals);
    expect(addObservation(totals, { x: 0, w: Number.NaN, at: NOW })).toBe(totals);
  });

  it("count successes, failures and what is neither", () => {
    const totals = totalsOf([0.85, 1, 0.5, 0.35, 0].map((x) => ({ x, w: 1, at: NOW })));
    expect(totals).toMatchObject({ samples: 5, successes: 2, failures: 1 });
  });

  it("of a source are replaced only by ones that counted more", () => {
    const first = totalsOf([{ x: 1, w: 1, at: NOW }]);
    const second = addObservation(first, { x: 0, w: 1, at: NOW });
    expect(newerTotals(undefined, first)).toBe(first);
    expect(newerTotals(first, second)).toBe(second);
    expect(newerTotals(second, first)).toBe(second);
    expect(newerTotals(first, { ...first })).toBe(first);
  });
});

describe("trust score", () => {
  it("equals the plain formula within 1e-9", () => {
    fc.assert(
      fc.property(fc.array(observation(YEAR_MS), { maxLength: 30 }), declared, (observations, prior) => {
        const { score } = scoreOf(totalsOf(observations), { declared: prior, now: TRUST_EPOCH + YEAR_MS });
        expect(Math.abs(score - plainScore(observations, prior ?? 0.5, TRUST_EPOCH + YEAR_MS))).toBeLessThan(1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it("stays within 0 and 1 for observations fifty years around the epoch, read at any time", () => {
    fc.assert(
      fc.property(
        fc.array(observation(50 * YEAR_MS), { maxLength: 12 }),
        declared,
        fc.integer({ min: TRUST_EPOCH - 60 * YEAR_MS, max: TRUST_EPOCH + 60 * YEAR_MS }),
        fc.double({ min: 0, max: 20, noNaN: true }),
        (observations, prior, now, m) => {
          const { score, confidence, samples } = scoreOf(totalsOf(observations), { declared: prior, now, m });
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(1);
          expect(confidence).toBeGreaterThanOrEqual(0);
          expect(confidence).toBeLessThanOrEqual(1);
          expect(samples).toBe(observations.length);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("is the same fifty years from the epoch as at the epoch", () => {
    for (const years of [-50, -1, 0, 1, 50]) {
      const now = TRUST_EPOCH + years * 365 * HALF_LIFE_MS;
      const { score, confidence } = scoreOf(
        totalsOf([
          { x: 1, w: 1, at: now },
          { x: 0, w: 1, at: now - HALF_LIFE_MS },
        ]),
        {
          declared: null,
          now,
        },
      );
      expect(score).toBeCloseTo((1 + 2.5) / 6.5, 9);
      expect(confidence).toBeCloseTo(1.5 / 6.5, 9);
    }
  });

  it("returns to the prior when nothing is observed any more", () => {
    fc.assert(
      fc.property(fc.array(observation(YEAR_MS), { maxLength: 20 }), declared, (observations, prior) => {
        const totals = totalsOf(observations);
        const expected = prior ?? 0.5;
        const distance = (afterMs: number) =>
          Math.abs(scoreOf(totals, { declared: prior, now: TRUST_EPOCH + YEAR_MS + afterMs }).score - expected);
        expect(distance(HALF_LIFE_MS)).toBeLessThanOrEqual(distance(0) + 1e-12);
        expect(distance(60 * HALF_LIFE_MS)).toBeLessThan(1e-9);
      }),
    );
  });

  it("never falls by a success nor rises by a failure", () => {
    fc.assert(
      fc.property(
        fc.array(observation(YEAR_MS), { maxLength: 20 }),
        observation(YEAR_MS),
        declared,
        (before, next, prior) => {
          const options = { declared: prior, now: TRUST_EPOCH + YEAR_MS };
          const totals = totalsOf(before);
          const { score } = scoreOf(totals, options);
          expect(scoreOf(addObservation(totals, { ...next, x: 1 }), options).score).toBeGreaterThanOrEqual(
            score - 1e-12,
          );
          expect(scoreOf(addObservation(totals, { ...next, x: 0 }), options).score).toBeLessThanOrEqual(score + 1e-12);
        },
      ),
    );
  });

  it("is the prior, without confidence, when nothing was observed", () => {
    expect(scoreOf(emptyTotals(), { declared: null, now: NOW })).toEqual({ score: 0.5, confidence: 0, samples: 0 });
    expect(scoreOf(emptyTotals(), { declared: 0.9, now: NOW })).toEqual(unproven(0.9));
    expect(scoreOf(emptyTotals(), { declared: 0.9, now: NOW, m: 0 })).toEqual(unproven(0.9));
  });

  it("follows another half-life when counted and read with it", () => {
    const hour = 60 * 60 * 1000;
    const totals = addObservation(emptyTotals(), { x: 1, w: 1, at: NOW - hour }, hour);
    const { confidence } = scoreOf(totals, { declared: null, now: NOW, halfLifeMs: hour, m: 1 });
    expect(confidence).toBeCloseTo(0.5 / 1.5, 9);
  });
});
