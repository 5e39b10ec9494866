import { describe, expect, it } from "vitest";
import { err } from "../../src/core/result.ts";
import { gateway, problemOf } from "./gateway.ts";
import { CORRELATION, TRIGGER_PAGE } from "./samples.ts";

const MESSAGE = {
  topic: "node.exec.request.texts",
  trigger_id: TRIGGER_PAGE.trigger_id,
  idempotent_key: "k",
  source: "agent",
  node: "noop",
};

describe("/v1/triggers", () => {
  it("takes a message and says where its page is", async () => {
    const { post } = gateway();
    const response = await post("/v1/triggers", MESSAGE, { "x-correlation-id": CORRELATION });
    expect(response.status).toBe(202);
    expect(response.headers.get("location")).toBe(`/v1/triggers/${MESSAGE.trigger_id}`);
    expect(await response.json()).toEqual({
      trigger_id: MESSAGE.trigger_id,
      group: "texts",
      correlation_id: CORRELATION,
    });
  });

  it("answers a refusal with its problem", async () => {
    const refused = err({ code: "TRIGGER_NOT_TAKEN", message: "no" } as const);
    const { post } = gateway({ triggers: { send: () => Promise.resolve(refused) } });
    const response = await post("/v1/triggers", MESSAGE);
    expect(response.status).toBe(422);
    expect(await problemOf(response)).toMatchObject({ code: "TRIGGER_NOT_TAKEN" });
  });

  it.each([[[]], ["text"], [null]])("refuses a body that is no object: %j", async (body) => {
    const { post } = gateway();
    expect((await post("/v1/triggers", JSON.stringify(body))).status).toBe(400);
  });

  it("lists groups and shows messages", async () => {
    const { get } = gateway();
    expect(await (await get("/v1/triggers")).json()).toEqual({ groups: [] });
    expect(await (await get(`/v1/triggers/${TRIGGER_PAGE.trigger_id}`)).json()).toEqual(TRIGGER_PAGE);
    const missing = await get("/v1/triggers/nothing");
    expect(await problemOf(missing)).toMatchObject({ status: 404, code: "TRIGGER_NOT_FOUND" });
  });
});
