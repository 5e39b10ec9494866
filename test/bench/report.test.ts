import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REASONS, unexplained, withReasons } from "./reasons.ts";
import { figure, renderReport } from "./report.ts";

describe("a benchmark's report", () => {
  it("is two aligned tables: figures, then targets", () => {
    const text = renderReport({
      bench: "loop",
      rows: [
        { case: "one", metric: "rate", value: 1234.56, unit: "runs/s", floor: 2000, ratio: 0.61728 },
        { case: "plain", metric: "p50", value: 1.23456, unit: "ms" },
      ],
      targets: [
        { name: "one: rate", target: "≥ 0.4", value: 0.61728, met: true },
        { name: "two: rate", target: "≥ 0.4", value: 0.2, met: false },
      ],
    });
    expect(text.split("\n")).toEqual([
      "bench loop",
      "",
      "case   metric  value  unit    floor  ratio",
      "-----  ------  -----  ------  -----  -----",
      "one    rate     1235  runs/s   2000  0.62×",
      "plain  p50      1.23  ms",
      "",
      "target     wanted  value",
      "---------  ------  -----  ------",
      "one: rate  ≥ 0.4   0.617  met",
      "two: rate  ≥ 0.4     0.2  MISSED",
    ]);
  });

  it("tells a target that is missed for a known reason from one that is missed and nobody knows why", () => {
    const target = { target: "≥ 1", value: 0.5, met: false };
    const report = {
      bench: "loop",
      rows: [],
      targets: [
        { ...target, name: "a" },
        { ...target, name: "b" },
        { ...target, name: "c", met: true },
      ],
    };
    const reasons = ["a", "c"].map((name) => ({ bench: "loop", target: name, reason: "it is so" }));
    const explained = withReasons(report, [...reasons, { bench: "other", target: "b", reason: "it is not" }]);
    expect(unexplained(explained).map(({ name }) => name)).toEqual(["b"]);
    const text = renderReport(explained);
    expect(text).toMatch(/^a +≥ 1 +0.5 {2}missed, see below$/m);
    expect(text).toMatch(/^b +≥ 1 +0.5 {2}MISSED$/m);
    expect(text).toMatch(/^a is missed: it is so$/m);
    expect(text).toMatch(/^c is met again: its reason may go$/m);
  });

  it("finds every written reason said of a benchmark there is", () => {
    for (const { bench, target, reason } of REASONS) {
      expect(existsSync(new URL(`./${bench}/index.ts`, import.meta.url)), bench).toBe(true);
      expect(target).not.toBe("");
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  it.each([
    [0, "0"],
    [5, "5"],
    [0.12345, "0.123"],
    [12.345, "12.3"],
    [123.45, "123"],
    [100_000, "100000"],
  ])("shows %d as %s", (value, shown) => {
    expect(figure(value)).toBe(shown);
  });
});
