import { expect, it } from "vitest";
import { QUEUE_RETRIES } from "../../../src/app/deliver/queue-retries.ts";
import { readSettings } from "../../support/local-worker/settings.ts";

it("the triggers queue gathers no batches, and gives up as often as its messages count", () => {
  const { queueConsumers, queueProducers } = readSettings();
  expect(queueConsumers["onex-triggers"]).toMatchObject({
    maxBatchTimeout: 0,
    maxRetries: QUEUE_RETRIES.trigger,
    deadLetterQueue: "onex-triggers-dlq",
  });
  expect(QUEUE_RETRIES.sequel).toBe(QUEUE_RETRIES.trigger);
  expect(queueConsumers["onex-triggers-dlq"]).toBeDefined();
  expect(queueProducers).toMatchObject({ TRIGGERS: "onex-triggers", RESULTS: "onex-results" });
});
