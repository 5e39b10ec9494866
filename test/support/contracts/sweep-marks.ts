import { expect, it } from "vitest";
import type { SweepMarks } from "../../../src/spi/books/sweep-marks.ts";

/** What every SweepMarks must do. `open` returns one without marks that start with `contract-`. */
export function sweepMarksContract(label: string, open: () => Promise<SweepMarks>): void {
  it(`${label}: remembers the last text written under a name`, async () => {
    const marks = await open();
    expect(await marks.read("contract-a")).toBeNull();
    await marks.write("contract-a", "2026-01-01");
    await marks.write("contract-b", "other");
    await marks.write("contract-a", "2026-01-02");
    expect([await marks.read("contract-a"), await marks.read("contract-b")]).toEqual(["2026-01-02", "other"]);
  });
}
