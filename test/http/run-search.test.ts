import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../src/core/errors.ts";
import { err } from "../../src/core/result.ts";
import type { PageRequest } from "../../src/core/search/position.ts";
import { ANY_RUN, type RunQuery } from "../../src/core/search/run-query.ts";
import { gateway, problemOf, TOKEN } from "./gateway.ts";
import { RUN_ENTRY, RUN_ID, UNKNOWN_RUN } from "./samples.ts";

function recording() {
  const asked: { tenant: string; query: RunQuery; page: PageRequest }[] = [];
  const made = gateway({
    search: {
      search: ({ tenant }, query, page) => {
        asked.push({ tenant, query, page });
        return Promise.resolve({ items: [RUN_ENTRY], next: "rs.r00_1" });
      },
    },
  });
  return { ...made, asked };
}

describe("GET /v1/runs", () => {
  it("lists everything, a page at a time", async () => {
    const { get, asked } = recording();
    const response = await get("/v1/runs");
    expect([response.status, await response.json()]).toEqual([200, { runs: [RUN_ENTRY], next: "rs.r00_1" }]);
    expect(asked).toEqual([{ tenant: "default", query: ANY_RUN, page: { limit: 20, after: null } }]);
  });

  it("understands every condition, and a cursor", async () => {
    const { get, asked } = recording();
    const query = new URLSearchParams({
      status: "failed",
      node: "text_twice@1.0.0",
      tag: "a tag",
      operation: "goal.run",
      correlation_id: "c",
      from: "2026-01-02T00:00:00+01:00",
      to: "2026-01-02T00:00:00.500Z",
      text: "TIMEOUT",
      limit: "7",
      cursor: "rs.r00_1",
    });
    expect((await get(`/v1/runs?${query.toString()}`)).status).toBe(200);
    expect(asked[0]).toEqual({
      tenant: "default",
      query: {
        status: "failed",
        node: "text_twice@1.0.0",
        tag: "a tag",
        operation: "goal.run",
        correlationId: "c",
        from: Date.UTC(2026, 0, 1, 23),
        to: Date.UTC(2026, 0, 2, 0, 0, 0, 500),
        text: "TIMEOUT",
      },
      page: { limit: 7, after: { at: 1_000, id: "r00_1" } },
    });
  });

  it.each([
    ["status=odd", "query status"],
    ["limit=0", "query limit"],
    ["limit=101", "query limit"],
    ["limit=1.5", "query limit"],
    ["limit=", "query limit"],
    ["from=yesterday", "query from"],
    ["from=2026-01-01T00:00:00", "query from"],
    ["to=1700000000000", "query to"],
    ["node=", "query node"],
    [`text=${"x".repeat(301)}`, "query text"],
    ["cursor=", "query cursor"],
    ["cursor=nonsense", "query cursor"],
    ["cursor=zzzzzzzzzzzz.r00_1", "query cursor"],
  ])("refuses %s", async (query, place) => {
    const { get, asked } = recording();
    expect(await problemOf(await get(`/v1/runs?${query}`))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place,
    });
    expect(asked).toEqual([]);
  });

  it("needs a token", async () => {
    expect((await gateway().app.request("/v1/runs")).status).toBe(401);
  });

  it("tells when the index does not answer", async () => {
    const broken = new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "the database did not search the run index"));
    const { get } = gateway({ search: { search: () => Promise.reject(broken) } });
    expect(await problemOf(await get("/v1/runs"))).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
  });
});

describe("DELETE /v1/runs/:id", () => {
  it("deletes", async () => {
    const response = await gateway().remove(`/v1/runs/${RUN_ID}`);
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  it.each([UNKNOWN_RUN, "nope", "..%2F..%2Fetc"])("%s is a 404 problem", async (id) => {
    expect(await problemOf(await gateway().remove(`/v1/runs/${id}`))).toMatchObject({ code: "RUN_NOT_FOUND" });
  });

  it("says when to come back", async () => {
    const moving = fault("RUN_NOT_ARCHIVED", "on its way");
    const { remove } = gateway({ removal: { remove: () => Promise.resolve(err(moving)) } });
    const response = await remove(`/v1/runs/${RUN_ID}`);
    expect(response.headers.get("retry-after")).toBe("2");
    expect(await problemOf(response)).toMatchObject({ status: 409, code: "RUN_NOT_ARCHIVED", retry_after_seconds: 2 });
  });

  it("needs a token", async () => {
    const { app } = gateway();
    const response = await app.request(`/v1/runs/${RUN_ID}`, {
      method: "DELETE",
      headers: { authorization: `Bearer x${TOKEN}` },
    });
    expect(response.status).toBe(401);
  });
});
