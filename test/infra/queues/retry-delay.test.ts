import { expect, it } from "vitest";
import { retryDelaySeconds } from "../../../workers/queues/deliveries.ts";

it("a redelivery waits longer each time, a minute at most", () => {
  expect([1, 2, 3, 5, 6, 100].map(retryDelaySeconds)).toEqual([2, 4, 8, 32, 60, 60]);
});
