import { describe, expect, it } from "vitest";
import { METRICS } from "../http/samples.ts";
import { connected } from "./connected.ts";

describe("the client's view of the cache", () => {
  it("reads what is kept and removes what it names", async () => {
    const { client } = connected();
    expect(await client.cache.stats()).toMatchObject({ nodes: [{ node: "noop", hits: 17 }] });
    expect(await client.cache.clear({ node: "noop" })).toEqual({ entries: 2 });
    expect(await client.cache.clear({ node: "noop", version: "1.0.0" })).toEqual({ entries: 2 });
    expect(await client.cache.clear({ all: true })).toEqual({ entries: 3 });
  });

  it("reads the metrics in both forms", async () => {
    const { client } = connected();
    expect(await client.metrics()).toEqual(METRICS);
    expect(await client.metricsText()).toMatch(/^# HELP onex_runs_unfinished /);
  });
});
