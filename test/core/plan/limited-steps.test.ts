import { asWire } from "../../../contracts/json/wire.ts";
import { describe, expect, it } from "vitest";
import { planWire } from "../../../contracts/documents/plan.ts";
import type { NodeLimit } from "../../../src/core/limit/limit.ts";
import { planFromWire } from "../../../src/core/plan/stored/plan-from-wire.ts";
import { planToWire } from "../../../src/core/plan/stored/plan-to-wire.ts";
import { registry } from "./support/nodes.ts";
import { planned } from "./support/goals.ts";

const LIMITS: readonly NodeLimit[] = [
  { group: null, key: null, allows: { kind: "slots", max: 5 } },
  { group: "per-text", key: "b", allows: { kind: "rate", max: 3, perMs: 1_500 } },
];
const nodes = (limits?: readonly NodeLimit[]) =>
  registry([
    { name: "first", in: ["a"], out: ["b"] },
    { name: "second", in: ["b"], out: ["c"], execution: limits ? { limits } : {} },
    { name: "third", in: ["c"], out: ["d"] },
  ]);
const plan = (limits?: readonly NodeLimit[]) => planned(["d"], ["a"], nodes(limits));

describe("a step with limits", () => {
  it("is neither fused nor executed by the gateway", () => {
    expect(plan().segments).toHaveLength(1);
    const { segments, steps } = plan(LIMITS);
    expect(segments.map(({ steps: own, inline }) => [own.length, inline])).toEqual([
      [1, true],
      [1, false],
      [1, false],
    ]);
    expect(steps.map(({ limits }) => limits)).toEqual([undefined, LIMITS, undefined]);
  });

  it("makes another plan of it: the hash knows the limits", () => {
    const hashes = [plan(), plan(LIMITS), plan(LIMITS.slice(1))].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(3);
    expect(plan(LIMITS).hash).toBe(plan(structuredClone(LIMITS) as NodeLimit[]).hash);
  });

  it("keeps them on its way", () => {
    const sent = JSON.parse(JSON.stringify(planToWire(plan(LIMITS))));
    expect(planFromWire(asWire(planWire.parse(sent)))).toEqual({ ok: true, value: plan(LIMITS) });
  });
});
