import { describe, expect, it } from "vitest";
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
