import { expect, it } from "vitest";
import { QUEUE_RETRIES } from "../../../src/app/deliver/queue-retries.ts";
import { readSettings } from "../../support/local-worker/settings.ts";

it("messages are counted dead after as many retries as wrangler.toml configures", () => {
  const { queueConsumers } = readSettings();
  expect(queueConsumers["onex-execute"]?.maxRetries).toBe(QUEUE_RETRIES.work);
  expect(queueConsumers["onex-events"]?.maxRetries).toBe(QUEUE_RETRIES.archive);
  expect(queueConsumers["onex-events"]?.maxRetries).toBe(QUEUE_RETRIES.started);
});
