import { describe, expect, it } from "vitest";
import { metrics } from "../../../contracts/api/metrics.ts";
import { metricsService } from "../../../src/app/insight/metrics-service.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { prometheusText } from "../../../src/core/metrics/prometheus.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import type { LogFields } from "../../../src/spi/log.ts";
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

  it("leave out a figure that cannot be had, say which and why, and tell the others", async () => {
    const told: LogFields[] = [];
    const world = await testEngine([pureNode("shout", "text.in", "text.loud", (text) => text)], (ports) => ({
      ...ports,
      results: { ...ports.results, size: () => Promise.reject(new Error("no answer")) },
      quarantine: { ...ports.quarantine, count: () => Promise.reject(new Error("no answer")) },
      log: { ...ports.log, error: (_, fields) => void told.push(fields) },
    }));
    await world.send("goal.run", { want: ["text.loud"], given: { "text.in": "hey" } });
    await world.settle();
    const read = await world.engine.services.metrics.read(CALL);
    expect(metrics.parse(read)).toEqual(read);
    expect(read).toMatchObject({
      failing: ["cache", "quarantined"],
      runs: { recent: { created: 1 }, quarantined: {} },
      cache: { entries: 0, complete: false },
      nodes: { by_lifecycle: { active: 1 } },
    });
    expect(told.map(({ figure }) => String(figure)).toSorted((a, b) => a.localeCompare(b))).toEqual([
      "cache",
      "quarantined",
    ]);
    const text = prometheusText(read);
    expect(text).toContain("onex_figures_failing 2\n");
    expect(text).toContain('onex_node_versions{lifecycle="active"} 1\n');
    expect(text).not.toMatch(/^onex_cache_entries /m);
  });

  it("are refused when nothing at all can be had", async () => {
    const down = () => Promise.reject(new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "no answer")));
    const ports = {
      figures: { runs: down, openDeadLetters: down },
      quarantine: { count: down } as never,
      breakerBoard: { open: down },
      results: { counts: down, size: down } as never,
      registry: { snapshot: down } as never,
      ...{ clock: fixedClock(0), log: silentLog, background: () => undefined },
    };
    await expect(metricsService(ports).read(CALL)).rejects.toMatchObject({ fault: { code: "SERVICE_UNAVAILABLE" } });
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
