import { describe, expect, it } from "vitest";
import { metrics } from "../../../contracts/api/metrics.ts";
import { effectNode, pureNode, testEngine } from "../../support/engines.ts";
import { CALL, callFor } from "../../support/call.ts";

describe("the metrics", () => {
  it("count runs, steps, nodes and trust as they stand", async () => {
    const world = await testEngine([
      pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase()),
      pureNode("fails", "text.in", "text.failed", () => 42),
      effectNode("twice", "text.in", "text.twice", (text) => text + text),
    ]);
    const send = (want: string) => world.send("goal.run", { want: [want], given: { "text.in": "hey" } });
    await send("text.loud");
    await send("text.failed");
    await world.settle();
    // Scores that moved are seen behind the first request after some seconds.
    world.clock.advance(10_000);
    await send("text.twice");
    const read = await world.engine.services.metrics.read(CALL);
    expect(metrics.parse(read)).toEqual(read);
    expect(read).toMatchObject({
      runs: { recent: { window_s: 3_600, created: 2, failed: 1, steps: 2, cached_steps: 0 }, complete: true },
      nodes: { by_lifecycle: { active: 3 } },
      breakers: { open: {} },
      dead_letters: { open: {} },
    });
    expect(read.trust.lowest[0]?.node).toBe("fails@1.0.0");
    expect(read.trust.highest[0]?.node).toBe("shout@1.0.0");
    expect((await world.engine.services.metrics.read(callFor("other"))).runs.recent.created).toBe(0);
  });

  it("are gathered every ten seconds at most", async () => {
    const world = await testEngine([pureNode("shout", "text.in", "text.loud", (text) => text)]);
    const { metrics: service } = world.engine.services;
    const first = await service.read(CALL);
    world.clock.advance(9_999);
    expect(await service.read(CALL)).toBe(first);
    world.clock.advance(1);
    expect(await service.read(CALL)).not.toBe(first);
  });
});
