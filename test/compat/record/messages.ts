import type { JsonValue } from "../../../contracts/json/json.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine } from "../../support/engines.ts";
import { waitNode } from "../../support/wait-node.ts";

/** Every message that went over a queue of a small world, one of each type and set of members. */
export async function recordMessages(): Promise<readonly JsonValue[]> {
  const seen = new Map<string, JsonValue>();
  const note = (messages: readonly object[]): void => {
    for (const message of messages) {
      const copy = JSON.parse(JSON.stringify(message)) as JsonValue;
      const name = `${String((message as { type?: unknown }).type)} ${shapeOf(copy)}`;
      if (!seen.has(name)) seen.set(name, copy);
    }
  };
  const watched = (ports: MemoryPorts): MemoryPorts => {
    const { bus, triggerBus } = ports;
    return {
      ...ports,
      bus: {
        ...bus,
        publishWork: (messages) => (note(messages), bus.publishWork(messages)),
        publishEvents: (messages) => (note(messages), bus.publishEvents(messages)),
      },
      triggerBus: {
        ...triggerBus,
        publishTriggers: (messages) => (note(messages), triggerBus.publishTriggers(messages)),
        publishResults: (messages) => (note(messages), triggerBus.publishResults(messages)),
      },
    };
  };
  let calls = 0;
  const world = await testEngine(
    [
      pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase()),
      effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`),
      effectNode("brittle", "text.twice", "text.size", () => {
        throw new Error(`failed ${++calls}`);
      }),
      pureNode("steady", "text.twice", "text.size", (text) => String(text.length), {
        execution: {
          cost: 9,
          latencyMs: 10,
          timeoutMs: 1_000,
          retry: { maxRetries: 0, backoff: "fixed", baseMs: 100, maxMs: 100 },
          cache: null,
        },
      }),
      waitNode("event"),
    ],
    watched,
  );
  const link = {
    operation: "node.execute",
    payload: { node: "shout", input: { "text.in": { $from: "given.text.in" } } },
  };
  const goal = { want: ["text.size"], given: { "text.in": "hey" }, policy: { inline: "never" } };
  await world.send("goal.run", goal, {
    on_complete: [link],
    metadata: { idempotency_key: "order 7", tags: ["nightly"] },
  });
  await world.send("goal.run", { ...goal, given: { "text.in": "x".repeat(90_000) } });
  await world.send("graph.run", { steps: [{ id: "news", node: "wait_event" }], given: {} });
  await world.settle();
  await world.engine.ports.triggerBus.publishTriggers([
    { type: "trigger", version: 1, tenant: "default", trigger: triggerOf("shout") },
  ]);
  await world.settle();
  return [...seen.values()];
}

const triggerOf = (node: string) => ({
  topic: "node.exec.request.text",
  trigger_id: "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b",
  idempotent_key: "hello",
  source: "agent",
  node,
  input: { "text.in": "hey" },
});

/** The members of a value, whatever they hold. */
function shapeOf(value: JsonValue, depth = 2): string {
  if (typeof value !== "object" || value === null || depth === 0) return Array.isArray(value) ? "list" : typeof value;
  if (Array.isArray(value)) return `[${value.length > 0 ? shapeOf(value[0] ?? null, depth - 1) : ""}]`;
  return `{${Object.entries(value)
    .map(([key, own]) => `${key}:${shapeOf(own, depth - 1)}`)
    .join()}}`;
}
