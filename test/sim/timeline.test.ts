import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Timeline } from "./timeline.ts";

describe("simulated time", () => {
  it("what is arranged happens in order of time, equal moments in the order they were arranged", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), async (moments) => {
        const timeline = new Timeline(0);
        const lived: { at: number; order: number }[] = [];
        for (const [order, at] of moments.entries()) timeline.at(at, () => lived.push({ at: timeline.now, order }));
        expect(await timeline.live(Number.POSITIVE_INFINITY, 1_000)).toBe(true);
        const right = moments.map((at, order) => ({ at, order })).sort((a, b) => a.at - b.at || a.order - b.order);
        expect(lived).toEqual(right);
      }),
    );
  });

  it("what is called off does not happen, and what lies beyond the end waits", async () => {
    const timeline = new Timeline(0);
    const lived: string[] = [];
    timeline.at(10, () => lived.push("called off"))();
    timeline.at(20, () => lived.push("in time"));
    timeline.at(40, () => lived.push("later"));
    await timeline.live(30, 1_000);
    expect({ lived: [...lived], now: timeline.now }).toEqual({ lived: ["in time"], now: 30 });
    await timeline.live(50, 1_000);
    expect(lived).toEqual(["in time", "later"]);
  });

  it("stops when too much happens", async () => {
    const timeline = new Timeline(0);
    const again = (): void => void timeline.after(1, again);
    again();
    expect(await timeline.live(Number.POSITIVE_INFINITY, 50)).toBe(false);
  });

  it("lets promises go on between two moments", async () => {
    const timeline = new Timeline(0);
    const lived: string[] = [];
    timeline.at(1, () => {
      void Promise.resolve()
        .then(() => undefined)
        .then(() => lived.push("promise"));
    });
    timeline.at(1, () => lived.push("moment"));
    await timeline.live(2, 10);
    expect(lived).toEqual(["promise", "moment"]);
  });
});
