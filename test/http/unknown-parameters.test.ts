import { describe, expect, it } from "vitest";
import { gateway, problemOf, TOKEN } from "./gateway.ts";
import { ENVELOPE, RUN_ID } from "./samples.ts";

const DELETE = { method: "DELETE" };
const PLAN = { method: "POST", body: JSON.stringify({ operation: "goal.run", payload: ENVELOPE.payload }) };

/** Every route that has parameters in its query. */
const ROUTES: readonly (readonly [string, string, string, RequestInit])[] = [
  ["/v1/runs", "stauts", "did you mean 'status'?", {}],
  ["/v1/runs", "limits", "did you mean 'limit'?", {}],
  [`/v1/runs/${RUN_ID}/result`, "wiat", "did you mean 'wait'?", {}],
  [`/v1/runs/${RUN_ID}/events`, "from", "known are after", {}],
  ["/v1/dead-letters", "message-type", "did you mean 'message_type'?", {}],
  ["/v1/quarantine", "limits", "did you mean 'limit'?", {}],
  ["/v1/cache", "nod", "did you mean 'node'?", DELETE],
  ["/v1/plans", "fromat", "did you mean 'format'?", PLAN],
];

describe("a parameter nobody knows", () => {
  it.each(ROUTES)("%s?%s= is refused: %s", async (path, name, hint, init) => {
    const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
    const response = await gateway().app.request(`${path}?${name}=x`, { ...init, headers });
    const problem = await problemOf(response);
    expect(problem).toMatchObject({ status: 400, code: "INVALID_PARAMETER", place: `query ${name}`, hint });
  });

  it("is told next to a parameter that is wrong", async () => {
    const problem = await problemOf(await gateway().get("/v1/runs?a.b=1&limit=0"));
    expect(problem["errors"]).toMatchObject([{ place: "query a.b" }, { place: "query limit" }]);
  });
});
