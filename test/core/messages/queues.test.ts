import { describe, expect, it } from "vitest";
import { DEAD_QUEUE, livingName, queueNamed, QUEUES, type QueueName } from "../../../src/core/messages/queues.ts";
import { readSettings } from "../../support/local-worker/settings.ts";

const names = Object.keys(QUEUES) as QueueName[];

describe("the queues in wrangler.toml", () => {
  const { queueConsumers, queueProducers } = readSettings();

  it.each(names)("deliver as often as our %s, and so does the queue of its dead", (name) => {
    expect(queueConsumers[`onex-${name}`]).toMatchObject({
      maxRetries: QUEUES[name].maxRetries,
      deadLetterQueue: `onex-${name}-dlq`,
    });
    expect(queueConsumers[`onex-${name}-dlq`]).toMatchObject({ maxRetries: DEAD_QUEUE.maxRetries });
  });

  it("are ours, each with its dead", () => {
    const known = Object.keys(queueConsumers).map((name) => queueNamed(name));
    const all = names.flatMap((queue) => [false, true].map((isDead) => ({ queue, isDead })));
    expect(known).toHaveLength(all.length);
    expect(known).toEqual(expect.arrayContaining(all));
  });

  it("gather no batches where somebody waits, and answers have a queue of their own", () => {
    expect(queueConsumers["onex-execute"]).toMatchObject({ maxBatchTimeout: 0 });
    expect(queueConsumers["onex-triggers"]).toMatchObject({ maxBatchTimeout: 0 });
    expect(queueProducers).toMatchObject({ TRIGGERS: "onex-triggers", RESULTS: "onex-results" });
  });
});

describe("a queue's name", () => {
  it.each([
    ["execute", { queue: "execute", isDead: false }],
    ["onex-production-events", { queue: "events", isDead: false }],
    ["onex-production-triggers-dlq", { queue: "triggers", isDead: true }],
    ["onex-results", null],
    ["reexecute", null],
    ["-dlq", null],
    ["", null],
  ])("%s", (name, role) => {
    expect(queueNamed(name)).toEqual(role);
  });

  it("of the dead is told by its end alone", () => {
    expect(livingName("onex-events-dlq")).toBe("onex-events");
    expect(livingName("onex-events")).toBe("onex-events");
  });
});
