import { expect, it } from "vitest";
import type { DeadLetter, DeadLetterStore } from "../../../src/spi/dead-letter-store.ts";

export const sampleDeadLetter = (changes: Partial<DeadLetter> = {}): DeadLetter => ({
  id: "message-1",
  tenant: "default",
  queue: "onex-execute",
  errorType: "consumer_error",
  failureReason: "the node's code could not be read",
  correlationId: "11111111-1111-4111-8111-111111111111",
  runId: "r00_1",
  retryCount: 4,
  failedAt: 5_000,
  payloadKey: "dead/message-1.json",
  ...changes,
});

/** What every DeadLetterStore must do. `tenant` is one nobody has written to. */
export function deadLetterStoreContract(
  label: string,
  open: () => Promise<{ store: DeadLetterStore; tenant: string }>,
): void {
  it(`${label}: returns what was recorded`, async () => {
    const { store, tenant } = await open();
    const entry = sampleDeadLetter({ tenant, correlationId: null, runId: null });
    expect(await store.list(tenant, 10)).toEqual([]);
    await store.record(entry);
    expect(await store.list(tenant, 10)).toEqual([entry]);
  });

  it(`${label}: overwrites the entry of the same message`, async () => {
    const { store, tenant } = await open();
    await store.record(sampleDeadLetter({ tenant }));
    const again = sampleDeadLetter({
      tenant,
      failureReason: "again",
      errorType: "valid_unrouted",
      retryCount: 5,
      failedAt: 6_000,
    });
    await store.record(again);
    expect(await store.list(tenant, 10)).toEqual([again]);
  });

  it(`${label}: lists the newest first, up to the limit, of one tenant`, async () => {
    const { store, tenant } = await open();
    for (const [id, failedAt] of [
      ["a", 2],
      ["b", 9],
      ["c", 5],
      ["d", 5],
    ] as const) {
      await store.record(sampleDeadLetter({ tenant, id, failedAt }));
    }
    await store.record(sampleDeadLetter({ tenant: `${tenant}-other`, id: "a", failedAt: 99 }));
    expect((await store.list(tenant, 10)).map(({ id }) => id)).toEqual(["b", "d", "c", "a"]);
    expect((await store.list(tenant, 2)).map(({ id }) => id)).toEqual(["b", "d"]);
    expect((await store.list(`${tenant}-other`, 10)).map(({ id }) => id)).toEqual(["a"]);
  });
}
