import { describe, expect, it } from "vitest";
import { fault, type Fault } from "../../src/core/errors.ts";
import { err, ok } from "../../src/core/result.ts";
import type { Services } from "../../src/app/services.ts";
import { CALL_OF_TOKEN, TOKEN, gateway, problemOf } from "./gateway.ts";
import { CORRELATION, NEW_RUN, REPLAY, RUN_ID, SNAPSHOT, SUMMARY, UNKNOWN_RUN } from "./samples.ts";
import { describedBy } from "./openapi-check.ts";

type Control = Services["control"];
const VERBS = ["cancel", "pause", "resume", "rerun", "replay"] as const;

/** A gateway that keeps the arguments of every call of the control service. */
function listening(overrides: Partial<Control> = {}) {
  const calls: unknown[][] = [];
  const answer =
    <Told extends object>(value: Told) =>
    (...args: unknown[]) => {
      calls.push(args);
      return Promise.resolve(ok(value));
    };
  const made = gateway({
    control: {
      control: answer({ run_id: RUN_ID, status: "running" as const }),
      signal: answer({ run_id: RUN_ID, status: "running" as const }),
      rerun: answer({ ...SUMMARY, run_id: NEW_RUN, status: "queued" as const }),
      importRun: answer(SUMMARY),
      ...overrides,
    },
  });
  return { ...made, calls };
}

/** A POST without any body, as `curl -X POST` sends it. */
const bare = (made: ReturnType<typeof gateway>, path: string, headers: Record<string, string> = {}) =>
  made.app.request(path, { method: "POST", headers: { authorization: `Bearer ${TOKEN}`, ...headers } });

describe("steering a run", () => {
  it.each([
    ["cancel", { reason: "withdrawn" }, { type: "cancel", reason: "withdrawn" }],
    ["cancel", {}, { type: "cancel", reason: "the run was cancelled" }],
    ["pause", {}, { type: "pause" }],
    ["resume", {}, { type: "resume" }],
    ["approvals/sign_off", { approved: true }, { type: "approve", step: "sign_off", approved: true, word: {} }],
    [
      "approvals/outer%2Fsign",
      { approved: false, by: "ann", comment: "no" },
      { type: "approve", step: "outer/sign", approved: false, word: { by: "ann", comment: "no" } },
    ],
  ])("POST %s %j answers how the run stands", async (verb, body, event) => {
    const { post, calls } = listening();
    const response = await post(`/v1/runs/${RUN_ID}/${verb}`, body);
    expect([response.status, await response.json()]).toEqual([200, { run_id: RUN_ID, status: "running" }]);
    expect(calls).toEqual([[CALL_OF_TOKEN, RUN_ID, event]]);
  });

  it("hands an event over with its payload, whatever JSON that is", async () => {
    const { post, calls } = listening();
    for (const body of [{ name: "paid", payload: [1, null] }, { name: "paid", payload: 0 }, { name: "paid" }]) {
      expect((await post(`/v1/runs/${RUN_ID}/events`, body)).status).toBe(200);
    }
    expect(calls).toEqual([[1, null], 0, null].map((payload) => [CALL_OF_TOKEN, RUN_ID, "paid", payload, null]));
  });

  it("leaves the reading of events where it was", async () => {
    const response = await gateway().get(`/v1/runs/${RUN_ID}/events`);
    expect(await response.json()).toMatchObject({ run_id: RUN_ID, finished: true });
  });

  it("passes on why a run cannot be steered", async () => {
    const ended = fault("INVALID_STATE", "the run is succeeded; cancel changes nothing", { hint: "look at it" });
    const { post } = listening({ control: () => Promise.resolve(err(ended)) });
    expect(await problemOf(await post(`/v1/runs/${RUN_ID}/cancel`, {}))).toMatchObject({
      status: 409,
      code: "INVALID_STATE",
      detail: "the run is succeeded; cancel changes nothing",
      hint: "look at it",
    });
  });
});

describe("running again, replaying, moving", () => {
  it("a rerun is accepted, with the new run's page and the request's correlation", async () => {
    const { post, calls } = listening();
    const body = { from: "b", downstream: false, given: { "text.in": { any: "thing" } } };
    const response = await post(`/v1/runs/${RUN_ID}/rerun`, body, { "x-correlation-id": CORRELATION });
    expect([response.status, response.headers.get("location")]).toEqual([202, `/v1/runs/${NEW_RUN}`]);
    expect(await response.json()).toEqual({ ...SUMMARY, run_id: NEW_RUN, status: "queued" });
    expect(calls).toEqual([
      [
        expect.objectContaining({ tenant: "default", correlationId: CORRELATION }),
        RUN_ID,
        { ...body, idempotencyKey: null },
      ],
    ]);
  });

  it("a rerun of everything needs no body", async () => {
    const made = listening();
    for (const headers of [{}, { "content-length": "0" }] as Record<string, string>[]) {
      expect((await bare(made, `/v1/runs/${RUN_ID}/rerun`, headers)).status).toBe(202);
      expect((await bare(made, `/v1/runs/${RUN_ID}/cancel`, headers)).status).toBe(200);
    }
    expect(made.calls.filter(([, , request]) => (request as { from?: null }).from === null)).toEqual(
      Array.from({ length: 2 }, () => [
        CALL_OF_TOKEN,
        RUN_ID,
        { from: null, downstream: true, given: {}, idempotencyKey: null },
      ]),
    );
  });

  it("an event may have an idempotency key, bare or quoted", async () => {
    const { post, calls } = listening();
    const body = { name: "payment", payload: 1 };
    for (const key of ["k", '"k"']) await post(`/v1/runs/${RUN_ID}/events`, body, { "idempotency-key": key });
    expect(calls.map((call) => call.at(-1))).toEqual(["k", "k"]);
    const long = await post(`/v1/runs/${RUN_ID}/events`, body, { "idempotency-key": "k".repeat(256) });
    expect(await problemOf(long)).toMatchObject({ code: "INVALID_PARAMETER", place: "header idempotency-key" });
  });

  it("a rerun may have an idempotency key, bare or quoted", async () => {
    const { post, calls } = listening();
    for (const key of ["k", '"k"']) await post(`/v1/runs/${RUN_ID}/rerun`, {}, { "idempotency-key": key });
    expect(calls.map(([, , request]) => (request as { idempotencyKey: string }).idempotencyKey)).toEqual(["k", "k"]);
    const long = await post(`/v1/runs/${RUN_ID}/rerun`, {}, { "idempotency-key": "k".repeat(256) });
    expect(await problemOf(long)).toMatchObject({ code: "INVALID_PARAMETER", place: "header idempotency-key" });
  });

  it("a replay answers its report", async () => {
    const response = await bare(gateway(), `/v1/runs/${RUN_ID}/replay`);
    expect([response.status, await response.json()]).toEqual([200, REPLAY]);
  });

  it("an export is a file", async () => {
    const response = await gateway().get(`/v1/runs/${RUN_ID}/export`);
    expect(response.headers.get("content-disposition")).toBe(`attachment; filename="${RUN_ID}.json"`);
    expect([response.status, await response.json()]).toEqual([200, SNAPSHOT]);
  });

  it("a problem is no file", async () => {
    const response = await gateway().get(`/v1/runs/${UNKNOWN_RUN}/export`);
    expect(response.headers.has("content-disposition")).toBe(false);
    expect(await problemOf(response)).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
  });

  it("an import hands the file over as it came, and refuses members it does not know", async () => {
    const { post, calls } = listening();
    expect((await post("/v1/runs/import", SNAPSHOT)).status).toBe(200);
    expect((await post("/v1/runs/import", { ...SNAPSHOT, added_by: "somebody" })).status).toBe(400);
    expect(calls).toEqual([[CALL_OF_TOKEN, SNAPSHOT]]);
  });

  it("an import may be larger than other bodies, within its own limit", async () => {
    const { post, calls } = listening();
    const values = { ["a".repeat(64)]: "x".repeat(2_000_000) };
    expect((await post("/v1/runs/import", { ...SNAPSHOT, values })).status).toBe(200);
    expect(calls).toHaveLength(1);
    expect(await problemOf(await post("/v1/runs/import", "x".repeat(16 * 1_048_576 + 1)))).toMatchObject({
      status: 413,
      code: "PAYLOAD_TOO_LARGE",
    });
  });

  it("an edited file is refused by its seal", async () => {
    const edited: Fault = fault("METADATA_HASH_MISMATCH", "the snapshot is not what was exported");
    const { post } = listening({ importRun: () => Promise.resolve(err(edited)) });
    expect(await problemOf(await post("/v1/runs/import", SNAPSHOT))).toMatchObject({
      status: 422,
      code: "METADATA_HASH_MISMATCH",
    });
  });
});

describe("bad input", () => {
  it.each([
    ["cancel", { reason: 7 }, "$.reason"],
    ["cancel", { reason: "" }, "$.reason"],
    ["cancel", { reason: "x".repeat(501) }, "$.reason"],
    ["cancel", { raison: "?" }, "$.raison"],
    ["events", {}, "$.name"],
    ["events", { name: "" }, "$.name"],
    ["events", { name: "x".repeat(201) }, "$.name"],
    ["approvals/sign", {}, "$.approved"],
    ["approvals/sign", { approved: "yes" }, "$.approved"],
    ["approvals/sign", { approved: true, comment: "x".repeat(2_001) }, "$.comment"],
    ["rerun", { from: "" }, "$.from"],
    ["rerun", { from: "no.dots" }, "$.from"],
    ["rerun", { downstream: "no" }, "$.downstream"],
    ["rerun", { given: ["text.in"] }, "$.given"],
    ["rerun", { form: "b" }, "$.form"],
  ])("POST %s %j is refused with its place", async (verb, body, place) => {
    const { post, calls } = listening();
    expect(await problemOf(await post(`/v1/runs/${RUN_ID}/${verb}`, body))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place,
    });
    expect(calls).toEqual([]);
  });

  it.each([
    [{}, "$.format"],
    [{ ...SNAPSHOT, sha256: "abc" }, "$.sha256"],
    [{ ...SNAPSHOT, values: { short: "x" } }, "$.values.short"],
    ["text", "$"],
  ])("what is no snapshot is refused: %#", async (body, place) => {
    const { post, calls } = listening();
    expect(await problemOf(await post("/v1/runs/import", JSON.stringify(body)))).toMatchObject({
      status: 400,
      code: "INVALID_PARAMETER",
      place,
    });
    expect(calls).toEqual([]);
  });

  it.each(["nope", "r0a", "%00", UNKNOWN_RUN])("a run called %s is not there", async (id) => {
    const { post, get } = gateway();
    const asked = [
      ...VERBS.map((verb) => post(`/v1/runs/${id}/${verb}`, {})),
      post(`/v1/runs/${id}/events`, { name: "paid" }),
      post(`/v1/runs/${id}/approvals/sign`, { approved: true }),
      get(`/v1/runs/${id}/export`),
    ];
    for (const response of await Promise.all(asked)) {
      expect(await problemOf(response)).toMatchObject({ status: 404, code: "RUN_NOT_FOUND" });
    }
  });

  it("nobody steers without a token", async () => {
    const { app } = gateway();
    for (const verb of [...VERBS, "events", "approvals/sign"]) {
      const response = await app.request(`/v1/runs/${RUN_ID}/${verb}`, { method: "POST" });
      expect(await problemOf(response)).toMatchObject({ status: 401, code: "AUTHENTICATION_ERROR" });
    }
  });

  it("a body that is there must be JSON, even where it may be left out", async () => {
    const { post } = gateway();
    expect(await problemOf(await post(`/v1/runs/${RUN_ID}/cancel`, "{"))).toMatchObject({ code: "MALFORMED_JSON" });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect(await problemOf(await post(`/v1/runs/${RUN_ID}/cancel`, "reason=x", form))).toMatchObject({ status: 415 });
    const long = JSON.stringify({ reason: "x".repeat(1_048_576) });
    expect(await problemOf(await post(`/v1/runs/${RUN_ID}/cancel`, long))).toMatchObject({ status: 413 });
  });

  it.each([...VERBS, "approvals/sign"])("GET %s is no way to steer", async (verb) => {
    const response = await gateway().get(`/v1/runs/${RUN_ID}/${verb}`);
    expect(response.headers.get("allow")).toBe("POST");
    expect(await problemOf(response)).toMatchObject({ status: 405, code: "METHOD_NOT_ALLOWED" });
  });
});

describe("what is documented is what is answered", () => {
  const run = (verb: string): string => `/v1/runs/{id}/${verb}`;
  const { post, get } = gateway();
  const at = (path: string): string => path.replace("{id}", RUN_ID).replace("{step}", "sign");
  const cases: [string, string, number, (path: string) => Promise<Response>][] = [
    ["POST", run("cancel"), 200, (path) => post(path, {})],
    ["POST", run("cancel"), 400, (path) => post(path, { reason: 7 })],
    ["POST", run("pause"), 200, (path) => post(path, {})],
    ["POST", run("resume"), 200, (path) => post(path, {})],
    ["POST", run("events"), 200, (path) => post(path, { name: "paid" })],
    ["POST", run("approvals/{step}"), 200, (path) => post(path, { approved: true })],
    ["POST", run("rerun"), 202, (path) => post(path, {})],
    ["POST", run("replay"), 200, (path) => post(path, {})],
    ["GET", run("export"), 200, (path) => get(path)],
    ["POST", "/v1/runs/import", 200, (path) => post(path, SNAPSHOT)],
    ["POST", "/v1/runs/import", 415, (path) => post(path, SNAPSHOT, { "content-type": "text/plain" })],
  ];

  it.each(cases)("%s %s %i", async (method, path, status, ask) => {
    const document = await (await get("/openapi.json")).json();
    const response = await ask(at(path));
    expect(response.status).toBe(status);
    const type = response.headers.get("content-type")?.split(";")[0] ?? "";
    const described = describedBy(document, path, method, status, type);
    expect(described?.validate(await response.json())).toEqual({ valid: true, errors: [] });
  });
});
