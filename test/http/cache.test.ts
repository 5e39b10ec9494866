import { describe, expect, it } from "vitest";
import { err, ok } from "../../src/core/result.ts";
import { CALL_OF_TOKEN, gateway } from "./gateway.ts";
import { METRICS } from "./samples.ts";

describe("/v1/cache", () => {
  it("shows what is kept by node version", async () => {
    const response = await gateway().get("/v1/cache");
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      nodes: [{ node: "noop", version: "1.0.0", entries: 2, bytes: 130, hits: 17, stored: 2 }],
    });
  });

  it("removes what is named, in the caller's tenant", async () => {
    const asked: unknown[] = [];
    const { remove } = gateway({ cache: { clear: (...args) => Promise.resolve(ok(asked.push(args))) } });
    expect(await (await remove("/v1/cache?node=noop")).json()).toEqual({ entries: 1 });
    expect((await remove("/v1/cache?node=noop&version=1.0.0")).status).toBe(200);
    expect((await remove("/v1/cache?all=true")).status).toBe(200);
    expect(asked).toEqual([
      [CALL_OF_TOKEN, { node: "noop" }],
      [CALL_OF_TOKEN, { node: "noop", version: "1.0.0" }],
      [CALL_OF_TOKEN, {}],
    ]);
  });

  it.each(["", "?all=false", "?version=1.0.0", "?node=", "?node=noop&all=true", "?all=true&version=1.0.0"])(
    "refuses DELETE with %j and removes nothing",
    async (query) => {
      const { remove } = gateway({ cache: { clear: () => Promise.reject(new Error("it was asked")) } });
      const response = await remove(`/v1/cache${query}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "INVALID_PARAMETER" });
    },
  );

  it("says when the database does not answer", async () => {
    const problem = { code: "SERVICE_UNAVAILABLE", message: "no" } as const;
    const { remove } = gateway({ cache: { clear: () => Promise.resolve(err(problem)) } });
    expect((await remove("/v1/cache?all=true")).status).toBe(503);
  });

  it.each(["/v1/cache", "/v1/metrics"])("lets nobody read %s without the token", async (path) => {
    expect((await gateway().app.request(path)).status).toBe(401);
  });
});

describe("/v1/metrics", () => {
  it("answers JSON unless something else is asked for", async () => {
    for (const headers of [{}, { accept: "*/*" }, { accept: "application/json" }]) {
      const response = await gateway().get("/v1/metrics", headers);
      expect(response.headers.get("content-type")).toMatch(/^application\/json/);
      expect(await response.json()).toEqual(METRICS);
    }
  });

  it("speaks to Prometheus", async () => {
    const accept = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1";
    for (const headers of [{ accept }, { accept: "text/plain" }]) {
      const response = await gateway().get("/v1/metrics", headers);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      const text = await response.text();
      expect(text).toContain('onex_runs_unfinished{status="running"} 1\n');
      expect(text).toContain('onex_runs_recent{status="other"} 37\n');
      expect(text).toContain('onex_steps_recent{cached="true"} 36\n');
      expect(text).toContain("# TYPE onex_cache_hits_total counter\nonex_cache_hits_total 36\n");
      expect(text.endsWith("\n")).toBe(true);
    }
  });
});
