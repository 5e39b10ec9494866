import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { err } from "../../src/core/result.ts";
import type { PageRequest } from "../../src/core/search/position.ts";
import { gateway, problemOf } from "./gateway.ts";
import { ASIDE, ASIDE_RAW, RUN_ID, UNKNOWN_RUN } from "./samples.ts";

describe("GET /v1/quarantine", () => {
  it("lists a page", async () => {
    const asked: PageRequest[] = [];
    const { get } = gateway({
      quarantine: {
        list: (_, page) => {
          asked.push(page);
          return Promise.resolve({ runs: [ASIDE], next: `k.${RUN_ID}` });
        },
      },
    });
    const response = await get(`/v1/quarantine?limit=3&cursor=k.${RUN_ID}`);
    expect([response.status, await response.json()]).toEqual([200, { runs: [ASIDE], next: `k.${RUN_ID}` }]);
    await get("/v1/quarantine");
    expect(asked).toEqual([
      { limit: 3, after: { at: 20, id: RUN_ID } },
      { limit: 20, after: null },
    ]);
  });

  it.each(["limit=0", "cursor=odd"])("refuses %s", async (query) => {
    expect(await problemOf(await gateway().get(`/v1/quarantine?${query}`))).toMatchObject({
      code: "INVALID_PARAMETER",
      place: `query ${query.split("=")[0] ?? ""}`,
    });
  });
});

describe("one run in quarantine", () => {
  it("is shown, exported as it is stored, retried and ended", async () => {
    const reasons: string[] = [];
    const { get, post } = gateway({
      quarantine: {
        end: (_, id, reason) => {
          reasons.push(reason);
          return Promise.resolve({ ok: true, value: { run_id: id, status: "failed" } });
        },
      },
    });
    expect(await (await get(`/v1/quarantine/${RUN_ID}`)).json()).toEqual(ASIDE);
    expect(await (await get(`/v1/quarantine/${RUN_ID}/raw`)).json()).toEqual(ASIDE_RAW);
    expect(await (await post(`/v1/quarantine/${RUN_ID}/retry`, "")).json()).toMatchObject({ released: true });
    const ended = await post(`/v1/quarantine/${RUN_ID}/end`, { reason: "lost" });
    expect([ended.status, await ended.json()]).toEqual([200, { run_id: RUN_ID, status: "failed" }]);
    await post(`/v1/quarantine/${RUN_ID}/end`, "");
    expect(reasons).toEqual(["lost", "it was ended by hand"]);
  });

  it.each([UNKNOWN_RUN, "gibberish"])("that does not exist is a 404 problem everywhere: %s", async (id) => {
    const { get, post } = gateway();
    const answers = [
      await get(`/v1/quarantine/${id}`),
      await get(`/v1/quarantine/${id}/raw`),
      await post(`/v1/quarantine/${id}/retry`, ""),
      await post(`/v1/quarantine/${id}/end`, {}),
    ];
    for (const answer of answers) expect(await problemOf(answer)).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
  });

  it.each([[{ reason: "" }], [{ reason: 7 }], [{ reason: "x".repeat(501) }], [{ why: "typo" }], [[]]])(
    "is not ended for %j",
    async (body) => {
      expect(await problemOf(await gateway().post(`/v1/quarantine/${RUN_ID}/end`, body))).toMatchObject({
        status: 400,
        code: "INVALID_PARAMETER",
      });
    },
  );

  it("whose ring does not answer is a 503 problem", async () => {
    const down = fault("SERVICE_UNAVAILABLE", "the ring did not answer");
    const { post } = gateway({ quarantine: { retry: () => Promise.resolve(err(down)) } });
    expect(await problemOf(await post(`/v1/quarantine/${RUN_ID}/retry`, ""))).toMatchObject({ status: 503 });
  });
});
