import { describe, expect, it } from "vitest";
import { handler, type HandlerBody } from "../../src/infra/handlers/handler-lifecycle.ts";
import type { NodeOutput } from "../../src/spi/handler.ts";
import { callOf } from "../nodes/bench-of-ports.ts";
import { sampleNode } from "../support/sample-node.ts";

const call = callOf(sampleNode(), {});
const body = (changes: Partial<HandlerBody> = {}): HandlerBody => ({
  type: "test",
  version: "2.1.0",
  supportedOperations: ["node.execute"],
  execute: () => ({ result: {} }),
  ...changes,
});
const invalid = { fault: { code: "INVALID_STATE" } };

describe("handler lifecycle", () => {
  it("goes from CREATED over INITIALIZED and HEALTHY to SHUTDOWN", async () => {
    const made = handler(body());
    const states = [made.state];
    await made.initialize();
    states.push(made.state);
    expect(await made.healthCheck()).toEqual({ healthy: true });
    states.push(made.state);
    await made.shutdown();
    states.push(made.state);
    expect(states).toEqual(["CREATED", "INITIALIZED", "HEALTHY", "SHUTDOWN"]);
  });

  it("is EXECUTING while a call runs, however it ends", async () => {
    let finish: (output: NodeOutput) => void = () => undefined;
    const made = handler(
      body({
        execute: ({ attempt }) =>
          attempt === 1 ? new Promise((resolve) => (finish = resolve)) : Promise.reject(new Error("no")),
      }),
    );
    await made.initialize();
    const running = made.execute(call);
    expect(made.state).toBe("EXECUTING");
    await expect(made.execute({ ...call, attempt: 2 })).rejects.toThrow("no");
    expect(made.state).toBe("EXECUTING");
    finish({ result: { done: true } });
    expect(await running).toEqual({ result: { done: true } });
    expect(made.state).toBe("HEALTHY");
  });

  it("refuses what its state does not allow", async () => {
    const made = handler(body());
    await expect(made.execute(call)).rejects.toMatchObject(invalid);
    expect(await made.healthCheck()).toEqual({ healthy: false });
    await made.initialize();
    await expect(made.initialize()).rejects.toMatchObject(invalid);
    await made.shutdown();
    await expect(made.shutdown()).rejects.toMatchObject(invalid);
    await expect(made.execute(call)).rejects.toMatchObject(invalid);
    await expect(made.initialize()).rejects.toMatchObject(invalid);
    expect(await made.healthCheck()).toEqual({ healthy: false });
  });

  it("stays CREATED when initialising fails, and can be initialised again", async () => {
    let failures = 1;
    const made = handler(
      body({ initialize: () => (failures-- > 0 ? Promise.reject(new Error("not yet")) : Promise.resolve()) }),
    );
    await expect(made.initialize()).rejects.toThrow("not yet");
    expect(made.state).toBe("CREATED");
    await made.initialize();
    expect(made.state).toBe("INITIALIZED");
  });

  it("describes itself", () => {
    expect(handler(body()).describe()).toEqual({
      handlerType: "test",
      supportedOperations: ["node.execute"],
      requiredPayloadFields: [],
      responseShape: {},
      version: "2.1.0",
    });
  });
});
