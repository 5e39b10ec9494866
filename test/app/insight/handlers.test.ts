import { describe, expect, it } from "vitest";
import { localHandler } from "../../../src/infra/handlers/local-handler.ts";
import { bindingOf } from "../../support/bindings.ts";
import { CALL } from "../../support/call.ts";
import { testEngine } from "../../support/engines.ts";
import { gateway } from "../../http/gateway.ts";

const listed = async (handler: ReturnType<typeof localHandler>) => {
  const { engine } = await testEngine([], undefined, { bindings: [bindingOf(handler)] });
  return engine.services.handlers.list(CALL);
};

describe("the handlers of a deployment", () => {
  it("say what they serve, and how they are: those of envelopes and those of nodes, each type once", async () => {
    const handlers = await listed(localHandler());
    const types = handlers.map(({ handler_type: type }) => type);
    expect(types).toEqual([...new Set(types)].sort());
    expect(types).toEqual(expect.arrayContaining(["builtin", "function", "local"]));
    expect(handlers.find(({ handler_type: type }) => type === "local")).toMatchObject({
      supported_operations: ["local.echo", "local.transform", "local.error"],
      dev_test_only: true,
    });
  });

  it("are not healthy when their check throws, and nothing it says is told", async () => {
    const broken = { ...localHandler(), healthCheck: () => Promise.reject(new Error("password hunter2")) };
    const handlers = await listed(broken);
    expect(handlers.find(({ handler_type: type }) => type === "local")).toMatchObject({
      healthy: false,
      detail: "its check failed",
    });
    expect(JSON.stringify(handlers)).not.toContain("hunter2");
  });

  it("are listed to whoever has the token", async () => {
    const { engine } = await testEngine([], undefined, { bindings: [bindingOf(localHandler())] });
    const http = gateway({ handlers: engine.services.handlers });
    const response = await http.get("/v1/handlers");
    expect([response.status, await response.json()]).toEqual([
      200,
      { handlers: await engine.services.handlers.list(CALL) },
    ]);
    expect((await http.app.request("/v1/handlers")).status).toBe(401);
  });
});
