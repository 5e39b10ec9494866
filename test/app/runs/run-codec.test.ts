import { describe, expect, it } from "vitest";
import { RecentPlans } from "../../../src/app/runs/read-plans.ts";
import { codecOf, decodeRun, encodeRun } from "../../../src/app/runs/run-codec.ts";
import { runCodec } from "../../../src/core/run/codec/codec.ts";
import { sketchPlan } from "../../support/plans.ts";
import { beginRun, REQUEST } from "../../support/runs.ts";
import { begin } from "../../../src/core/run/reduce/begin.ts";

const record = encodeRun(beginRun(sketchPlan([{ id: "a" }])));

describe("how runs are read here", () => {
  it("runs of one plan share its object, whoever of the isolate reads them", () => {
    const other = encodeRun(begin({ ...REQUEST, tags: ["x"] }, decodeRun(record).plan, { in: { v: "y" } }, 3));
    const read = codecOf().read(other);
    expect(read.ok && read.value.plan).toBe(decodeRun(record).plan);
  });

  it("is what core reads", () => {
    const read = runCodec().read(record);
    expect(read.ok && read.value).toEqual(decodeRun(record));
    expect(() => decodeRun(record.replace(/"v":\d+/, '"v":99'))).toThrow("version 99");
  });
});

describe("plans that were read lately", () => {
  it("are counted and weighed", () => {
    const plans = new RecentPlans();
    const codec = runCodec(undefined, plans);
    expect(plans.figures).toEqual({ plans: 0, bytes: 0, hits: 0, misses: 0 });
    for (let time = 0; time < 3; time++) codec.read(record);
    const { bytes, ...counted } = plans.figures;
    expect(counted).toEqual({ plans: 1, hits: 2, misses: 1 });
    expect(bytes).toBeGreaterThan(record.length);
    expect(bytes).toBeLessThan(10 * record.length);
  });

  it("take only so much, however many there are", () => {
    const plans = new RecentPlans();
    const { plan } = beginRun(sketchPlan([{ id: "a" }]));
    for (let i = 0; i < 1_000; i++) plans.keep(String(i).padEnd(100_000), plan);
    expect(plans.figures.bytes).toBeLessThanOrEqual(36 * 1_024 * 1_024);
    expect(plans.get("0".padEnd(100_000))).toBeUndefined();
    expect(plans.get("999".padEnd(100_000))).toBe(plan);
  });
});
