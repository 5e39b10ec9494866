import { describe, expect, it } from "vitest";
import { fault } from "../../src/core/errors.ts";
import { err } from "../../src/core/result.ts";
import { gateway, problemOf } from "./gateway.ts";
import { ENVELOPE, RUN_ID, TRIGGER } from "./samples.ts";

const LONG = "n".repeat(60_000);

describe("what is shown of what was sent", () => {
  it.each([
    `/${LONG}`,
    `/v1/${LONG}`,
    `/v1/runs/${LONG}`,
    `/v1/runs/${LONG}/result`,
    `/v1/nodes/${LONG}`,
    `/v1/dead-letters/${LONG}`,
    `/v1/triggers/${LONG}`,
    `/v1/runs?${LONG}=1`,
    `/v1/runs?status=${LONG}`,
    `/v1/runs?cursor=${LONG}`,
    `/v1/runs?tag=a&tag=${LONG}`,
    `/v1/runs?a=%ff${LONG}`,
  ])("is no more than its beginning: %#", async (path) => {
    const response = await gateway().get(path);
    const text = await response.clone().text();
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(text.length).toBeLessThan(2_000);
    expect(await problemOf(response)).toHaveProperty("code");
  });

  it("of a body likewise, whatever is wrong with it", async () => {
    const bodies = [
      { ...ENVELOPE, operation: LONG },
      { ...ENVELOPE, correlation_id: LONG },
      { ...ENVELOPE, metadata: { [`idempotency_ke${"y".repeat(60_000)}`]: 1, tags: [LONG] } },
      `{"${LONG}": 1, "${LONG}": 2}`,
      `{"a": 1${"0".repeat(60_000)}}`,
    ];
    for (const body of bodies) {
      const response = await gateway().post("/v1/envelopes", body);
      expect(response.status).toBe(400);
      expect((await response.text()).length).toBeLessThan(4_000);
    }
    const plans = await gateway().post("/v1/plans", { payload: {}, [LONG]: 1 });
    expect((await plans.text()).length).toBeLessThan(4_000);
  });

  it("of a fault likewise, whoever made it, in whole characters", async () => {
    const refused = fault("PLAN_UNREACHABLE", `\ud800${LONG}`, {
      place: LONG,
      hint: LONG,
      details: { errors: [{ code: "X", detail: `${LONG}\ud800` }] },
    });
    const made = gateway({ envelopes: { accept: () => Promise.resolve(err(refused)) } });
    const text = await (await made.post("/v1/envelopes", ENVELOPE)).text();
    expect(text.length).toBeLessThan(5_000);
    expect(text).not.toMatch(/\\ud[89a-f]/i);
  });

  it("in the log is clipped as well", async () => {
    const { get, logs } = gateway({
      nodes: {
        get: () => {
          throw new Error("broken");
        },
      },
    });
    expect((await get(`/v1/nodes/${LONG}`)).status).toBe(500);
    expect(JSON.stringify(logs).length).toBeLessThan(3_000);
  });
});

describe("names, keys and tags", () => {
  const NUL = "a\0b";
  it.each([
    ["/v1/envelopes", { ...ENVELOPE, source_node: NUL }, "$.source_node"],
    ["/v1/envelopes", { ...ENVELOPE, target_node: NUL }, "$.target_node"],
    ["/v1/envelopes", { ...ENVELOPE, operation: NUL }, "$.operation"],
    ["/v1/envelopes", { ...ENVELOPE, metadata: { tags: ["a", NUL] } }, "$.metadata.tags[1]"],
    ["/v1/envelopes", { ...ENVELOPE, metadata: { tags: { [NUL]: "a" } } }, "$.metadata.tags"],
    ["/v1/envelopes", { ...ENVELOPE, metadata: { idempotency_key: NUL } }, "$.metadata.idempotency_key"],
    ["/v1/envelopes", { ...ENVELOPE, metadata: { tags: new Array(201).fill("a") } }, "$.metadata.tags"],
    ["/v1/envelopes", { ...ENVELOPE, metadata: { tags: { ["k".repeat(200)]: "v".repeat(200) } } }, "$.metadata.tags"],
    [`/v1/runs/${RUN_ID}/events`, { name: NUL }, "$.name"],
    [`/v1/runs/${RUN_ID}/approvals/a`, { approved: true, by: NUL }, "$.by"],
    ["/v1/dead-letters/redrive", { ids: [NUL] }, "$.ids[0]"],
    ["/v1/dead-letters/redrive", { filter: { queue: NUL } }, "$.filter.queue"],
  ])("%s refuses %j at %s", async (path, body, place) => {
    const problem = await problemOf(await gateway().post(path, body));
    expect(problem).toMatchObject({ status: 400, place });
  });

  it("in a path that cannot be one are not there", async () => {
    for (const name of ["%00", "a%00b", "%ED%A0%80", "%ff"]) {
      for (const path of [
        `/v1/nodes/${name}`,
        `/v1/triggers/${name}`,
        `/v1/dead-letters/${name}`,
        `/v1/runs/${name}`,
      ]) {
        expect((await problemOf(await gateway().get(path)))["status"]).toBe(404);
      }
    }
  });

  it("never come to a service with NUL, not even out of a path", async () => {
    const asked: string[] = [];
    const { get } = gateway({ nodes: { get: (_, name) => (asked.push(name), Promise.resolve(null)) } });
    await get("/v1/nodes/a%00b");
    expect(asked).toEqual(["a\ufffdb"]);
  });

  it("as an idempotency key in a header are held to the same", async () => {
    const { post } = gateway();
    for (const key of ["", "x".repeat(256)]) {
      const problem = await problemOf(await post("/v1/envelopes", ENVELOPE, { "idempotency-key": key }));
      expect(problem).toMatchObject({ status: 400, place: "header idempotency-key" });
    }
  });
});

describe("x-onex-registry-version", () => {
  it.each(["", "seven", "7", "7.", "7.0.0", "-1.0", "1e3.0", "9".repeat(60_000)])(
    "%j is none, and refused",
    async (version) => {
      for (const [path, body] of [
        ["/v1/envelopes", ENVELOPE],
        ["/v1/plans", { payload: {} }],
      ] as const) {
        const problem = await problemOf(await gateway().post(path, body, { "x-onex-registry-version": version }));
        expect(problem).toMatchObject({
          status: 400,
          code: "INVALID_PARAMETER",
          place: "header x-onex-registry-version",
        });
        expect(JSON.stringify(problem).length).toBeLessThan(1_000);
      }
    },
  );

  it("is handed on where it is one", async () => {
    const { post, accepted } = gateway();
    expect((await post("/v1/envelopes", ENVELOPE, { "x-onex-registry-version": "7.12" })).status).toBe(200);
    expect(accepted[0]?.options.registryVersion).toBe("7.12");
  });
});

describe("POST /v1/triggers", () => {
  it("refuses members that its format does not have, with the one that was meant", async () => {
    const { trigger_id: id, ...rest } = TRIGGER;
    const problem = await problemOf(await gateway().post("/v1/triggers", { ...rest, triger_id: id }));
    expect(problem).toMatchObject({ place: "$.triger_id", hint: "did you mean 'trigger_id'?" });
  });
});
