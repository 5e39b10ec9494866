import { describe, expect, it } from "vitest";
import { HandlerRouter } from "../../../src/app/execute/handler-router.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { handler } from "../../../src/infra/handlers/handler-lifecycle.ts";

/** A handler whose first `failures` initialisations fail. */
function moody(failures: number) {
  let tries = 0;
  const made = handler({
    type: "moody",
    version: "1.0.0",
    supportedOperations: [],
    initialize: () => {
      tries++;
      if (tries <= failures) return Promise.reject(new RuntimeHostError(fault("CONNECTION_ERROR", "it is away")));
      return Promise.resolve();
    },
    execute: () => ({ result: {} }),
  });
  return { router: new HandlerRouter().register(made).freeze(), tries: () => tries };
}

const codeOf = async (asked: Promise<unknown>) => {
  const thrown: unknown = await asked.then(
    () => null,
    (caught: unknown) => caught,
  );
  return thrown instanceof RuntimeHostError ? thrown.fault : thrown;
};

describe("a handler that cannot be initialised", () => {
  it("is tried again after a pause that doubles, and then works for everybody", async () => {
    const { router, tries } = moody(2);
    expect(await codeOf(router.ready("moody", 0))).toMatchObject({
      code: "SERVICE_UNAVAILABLE",
      retryAfterSeconds: 1,
      blameless: true,
      details: { handler_type: "moody", cause: "CONNECTION_ERROR" },
    });
    expect(await codeOf(router.ready("moody", 999))).toMatchObject({ code: "SERVICE_UNAVAILABLE" });
    expect(tries()).toBe(1);
    expect(await codeOf(router.ready("moody", 1_000))).toMatchObject({ retryAfterSeconds: 2 });
    expect(await codeOf(router.ready("moody", 2_999))).toMatchObject({ retryAfterSeconds: 1 });
    expect(tries()).toBe(2);
    expect((await router.ready("moody", 3_000)).type).toBe("moody");
    expect((await router.ready("moody", 3_001)).type).toBe("moody");
    expect(tries()).toBe(3);
  });

  it("is initialised once however many wait for it", async () => {
    const { router, tries } = moody(0);
    const ready = await Promise.all([router.ready("moody", 0), router.ready("moody", 0)]);
    expect(ready[0]).toBe(ready[1]);
    expect(tries()).toBe(1);
  });

  it("fails all who wait for the same try, and counts it once", async () => {
    const { router, tries } = moody(1);
    const faults = await Promise.all([codeOf(router.ready("moody", 0)), codeOf(router.ready("moody", 0))]);
    for (const each of faults) expect(each).toMatchObject({ code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 1 });
    expect(tries()).toBe(1);
  });
});
