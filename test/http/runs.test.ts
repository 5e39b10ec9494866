import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { err } from "../../src/core/result.ts";
import { gateway, problemOf } from "./gateway.ts";
import { RESULT, RUN, RUN_ID, UNKNOWN_RUN } from "./samples.ts";

const MALFORMED = ["nope", "r0a", "r0a_short", "R0A_01J00000000000000000000000", "..%2F..%2Fetc%2Fpasswd", "%00"];

/** A run that does not end. */
function goingOn() {
  const held: (number | undefined)[] = [];
  const made = gateway({
    runs: {
      result: (_, __, waitMs) => {
        held.push(waitMs);
        return Promise.resolve(err(fault("RUN_NOT_FINISHED", "the run is running")));
      },
    },
  });
  return { ...made, held };
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
    const { get, held } = goingOn();
    expect(await problemOf(await get(`/v1/runs/${RUN_ID}/result`))).toMatchObject({
      status: 409,
      code: "RUN_NOT_FINISHED",
    });
    expect(held).toEqual([0]);
  });

  it("holds the answer as long as asked, with one question", async () => {
    const { get, held } = goingOn();
    expect((await get(`/v1/runs/${RUN_ID}/result?wait=10`)).status).toBe(409);
    expect(held).toEqual([10_000]);
  });

  it.each(["61", "-1", "1.5", "soon", "", "0x10", "1e1", "9".repeat(40)])("refuses wait=%s", async (wait) => {
    expect(await problemOf(await gateway().get(`/v1/runs/${RUN_ID}/result?wait=${wait}`))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place: "query wait",
    });
  });
});
