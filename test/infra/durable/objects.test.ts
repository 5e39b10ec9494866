import { describe, expect, it } from "vitest";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import { answered, placedObjects } from "../../../src/infra/durable/objects.ts";

const faultOf = async (call: Promise<unknown>) => {
  const thrown: unknown = await call.then(
    () => null,
    (caught: unknown) => caught,
  );
  return thrown instanceof RuntimeHostError ? thrown.fault : thrown;
};

describe("where objects are made", () => {
  const asked: unknown[] = [];
  const objects = { getByName: (...args: readonly unknown[]) => asked.push(args) };

  it("near the hint, when there is one", () => {
    placedObjects(objects, "weur").getByName("ring-00");
    placedObjects(objects, "").getByName("ring-01");
    expect(asked).toEqual([["ring-00", { locationHint: "weur" }], ["ring-01"]]);
  });

  it("an unknown hint is refused with those there are", () => {
    expect(() => placedObjects(objects, "Berlin")).toThrow(
      expect.objectContaining({
        code: "INVALID_CONFIGURATION",
        fault: expect.objectContaining({ hint: expect.stringContaining("weur") }),
      }),
    );
  });
});

describe("an object that does not answer", () => {
  it("is SERVICE_UNAVAILABLE by name", async () => {
    expect(await faultOf(answered("the ring", () => Promise.reject(new Error("Network connection lost."))))).toEqual({
      code: "SERVICE_UNAVAILABLE",
      message: "the ring did not answer",
    });
  });

  it("is left alone for longer when it is overloaded", async () => {
    const overload = Object.assign(new Error("too many requests are queued"), { overloaded: true });
    expect(await faultOf(answered("the ring", () => Promise.reject(overload)))).toEqual({
      code: "SERVICE_UNAVAILABLE",
      message: "the ring is overloaded",
      retryAfterSeconds: 10,
    });
  });

  it("says what it refused itself", async () => {
    const refusal = new RuntimeHostError(fault("RUN_NOT_FOUND", "no"));
    expect(await faultOf(answered("the ring", () => Promise.reject(refusal)))).toBe(refusal.fault);
  });
});
