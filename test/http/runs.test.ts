import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import { gateway, problemOf } from "./gateway.ts";
import { RESULT, RUN, RUN_ID, UNKNOWN_RUN } from "./samples.ts";

const MALFORMED = ["nope", "r0a", "r0a_short", "R0A_01J00000000000000000000000", "..%2F..%2Fetc%2Fpasswd", "%00"];

/** A run whose result is there from the n-th question on. */
function finishingAt(question: number) {
  let asked = 0;
  const made = gateway({
    runs: {
      result: () => {
        asked++;
        const open = fault("RUN_NOT_FINISHED", "the run is running");
        return Promise.resolve(asked >= question ? ok(RESULT) : err(open));
      },
    },
  });
  return { ...made, asked: () => asked };
}

describe("GET /v1/runs/:id", () => {
  it("shows the run", async () => {
    const response = await gateway().get(`/v1/runs/${RUN_ID}`);
    expect([response.status, await response.json()]).toEqual([200, RUN]);
  });

  it.each([UNKNOWN_RUN, ...MALFORMED])("%s is a 404 problem", async (id) => {
    const { get } = gateway();
    for (const path of [`/v1/runs/${id}`, `/v1/runs/${id}/result`, `/v1/runs/${id}/events`]) {
      expect(await problemOf(await get(path))).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
    }
  });

  it("does not bother the services with an id no run can have", async () => {
    const asked: string[] = [];
    const { get } = gateway({
      runs: {
        view: (_, id) => {
          asked.push(id);
          return Promise.resolve(null);
        },
      },
    });
    for (const id of [...MALFORMED, UNKNOWN_RUN]) await get(`/v1/runs/${id}`);
    expect(asked).toEqual([UNKNOWN_RUN]);
  });
});

describe("GET /v1/runs/:id/result", () => {
  it("shows the execution result", async () => {
    const response = await gateway().get(`/v1/runs/${RUN_ID}/result`);
    expect([response.status, await response.json()]).toEqual([200, RESULT]);
  });

  it("answers at once with 409 when the run goes on", async () => {
    const { get, pauses, asked } = finishingAt(99);
    expect(await problemOf(await get(`/v1/runs/${RUN_ID}/result`))).toMatchObject({
      status: 409,
      code: "RUN_NOT_FINISHED",
    });
    expect([asked(), pauses]).toEqual([1, []]);
  });

  it("holds the answer until the run ends", async () => {
    const { get, asked } = finishingAt(4);
    expect((await get(`/v1/runs/${RUN_ID}/result?wait=30`)).status).toBe(200);
    expect(asked()).toBe(4);
  });

  it("holds it no longer than asked, and asks at a modest pace", async () => {
    const { get, pauses, asked } = finishingAt(Infinity);
    expect((await get(`/v1/runs/${RUN_ID}/result?wait=10`)).status).toBe(409);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeCloseTo(10_000);
    expect(asked()).toBe(pauses.length + 1);
    expect(asked()).toBeLessThan(15);
    expect(Math.max(...pauses)).toBeLessThanOrEqual(2_000);
  });

  it("does not wait for a run that does not exist", async () => {
    const { get, pauses } = gateway();
    expect((await get(`/v1/runs/${UNKNOWN_RUN}/result?wait=30`)).status).toBe(404);
    expect(pauses).toEqual([]);
  });

  it.each(["61", "-1", "1.5", "soon", "", "0x10", "1e1", "9".repeat(40)])("refuses wait=%s", async (wait) => {
    expect(await problemOf(await gateway().get(`/v1/runs/${RUN_ID}/result?wait=${wait}`))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place: "query wait",
    });
  });
});
