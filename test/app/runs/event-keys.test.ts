import { describe, expect, it } from "vitest";
import { pureNode } from "../../support/engines.ts";
import { refusal, started, valueOf } from "../../support/steered-run.ts";
import { waitNode } from "../../support/wait-node.ts";
import { CALL } from "../../support/call.ts";

/** Two waits for the same event, one after the other. */
const GRAPH = {
  steps: [
    { id: "paid", node: "wait_event" },
    { id: "again", node: "wait_event", after: ["paid"], inputs: { "wait.event": "wait.event" } },
  ],
  given: { "wait.event": "paid" },
};
const OTHER = pureNode("other", "text.in", "text.out", String);

async function waiting() {
  const made = await started([waitNode("event"), OTHER], "graph.run", GRAPH);
  const stands = async (): Promise<string> =>
    (await made.view(made.id)).steps.map(({ id, status }) => `${id} ${status}`).join(", ");
  return {
    ...made,
    stands,
    send: (payload: number, key: string | null) => made.control.signal(CALL, made.id, "paid", payload, key),
  };
}

describe("an event with an idempotency key", () => {
  it("happens once, however often it is sent, and every repeat is answered as the first was", async () => {
    const { send, stands, id, settle } = await waiting();
    const first = valueOf(await send(1, "k"));
    expect(await stands()).toBe("paid succeeded, again waiting");
    expect(valueOf(await send(1, "k"))).toMatchObject(first);
    await settle(1_000);
    expect(valueOf(await send(1, "k"))).toMatchObject({ run_id: id, status: "waiting" });
    expect(await stands()).toBe("paid succeeded, again waiting");
    expect(valueOf(await send(2, "l"))).toMatchObject({ run_id: id });
    expect(await stands()).toBe("paid succeeded, again succeeded");
  });

  it("is no repeat with another payload", async () => {
    const { send, stands } = await waiting();
    await send(1, "k");
    expect(await send(2, "k")).toMatchObject(refusal("IDEMPOTENCY_CONFLICT"));
    expect(await stands()).toBe("paid succeeded, again waiting");
  });

  it("without one, it happens every time", async () => {
    const { send, stands } = await waiting();
    await send(1, null);
    await send(1, null);
    expect(await stands()).toBe("paid succeeded, again succeeded");
  });

  it("is known as a repeat when the run has ended, in its ring and in the archive", async () => {
    const { send, settle, id, world } = await waiting();
    await send(1, "k");
    await send(2, "l");
    expect(valueOf(await send(2, "l"))).toMatchObject({ run_id: id, status: "succeeded" });
    await settle();
    expect(await world.engine.ports.coordinator.read(id)).toBeNull();
    expect(valueOf(await send(1, "k"))).toMatchObject({ run_id: id, status: "succeeded" });
    expect(await send(9, "k")).toMatchObject(refusal("IDEMPOTENCY_CONFLICT"));
    expect(await send(1, "new")).toMatchObject(refusal("INVALID_STATE"));
  });
});
