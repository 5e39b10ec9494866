import { expect, it } from "vitest";
import type { TriggerPart, TriggerRecord } from "../../../src/core/trigger/record.ts";
import type { TriggerStore } from "../../../src/spi/trigger-store.ts";

const PART: TriggerPart = { taker: "shout@1.0.0", runId: null, refused: null };
const STARTED: TriggerPart = { ...PART, runId: "r00_00000000000000000000000000" };
const WHY = { code: "TRIGGER_NOT_TAKEN", message: "nobody" } as const;
const record = (changes: Partial<TriggerRecord> = {}): TriggerRecord => ({
  tenant: "default",
  id: "a",
  group: "texts",
  idempotentKey: "k",
  hash: "h",
  correlationId: "c",
  source: "agent",
  receivedAt: 1_000,
  status: "accepted",
  duplicateOf: null,
  parts: [PART],
  leftOut: 3,
  refused: null,
  ...changes,
});

/** What every TriggerStore must do. `open` returns an empty one. */
export function triggerStoreContract(label: string, open: () => Promise<TriggerStore>): void {
  it(`${label}: the first delivery decides, later ones find what it decided`, async () => {
    const store = await open();
    expect(await store.claim(record())).toEqual(record());
    expect(await store.claim(record({ parts: [], leftOut: 0, receivedAt: 2_000 }))).toEqual(record());
    expect(await store.get("default", "a")).toEqual(record());
    expect(await store.get("other", "a")).toBeNull();
  });

  it(`${label}: an accepted message's key makes others of its group duplicates`, async () => {
    const store = await open();
    await store.claim(record());
    const second = record({ id: "b", status: "duplicate", duplicateOf: "a", parts: [], leftOut: 0 });
    expect(await store.claim(record({ id: "b" }))).toEqual(second);
    expect(await store.claim(record({ id: "b" }))).toEqual(second);
    for (const other of [{ group: "other" }, { tenant: "other" }, { idempotentKey: "other" }]) {
      const free = record({ id: `c-${JSON.stringify(other)}`, ...other });
      expect(await store.claim(free)).toEqual(free);
    }
  });

  it(`${label}: of messages with one key that come at once, one is accepted`, async () => {
    const store = await open();
    const made = await Promise.all(["a", "b", "c", "d"].map((id) => store.claim(record({ id }))));
    const [first, ...others] = made.filter(({ status }) => status === "accepted");
    expect(others).toEqual([]);
    expect(new Set(made.map(({ duplicateOf }) => duplicateOf))).toEqual(new Set([null, first?.id]));
  });

  it(`${label}: a refused message holds no key and gives way`, async () => {
    const store = await open();
    const refused = record({ status: "refused", refused: WHY, parts: [] });
    await store.refuse(refused);
    expect(await store.get("default", "a")).toEqual(refused);
    expect(await store.claim(record({ id: "b" }))).toEqual(record({ id: "b" }));
    expect(await store.claim(record())).toMatchObject({ status: "duplicate", duplicateOf: "b", refused: null });
    await store.refuse(record({ id: "b", status: "refused", refused: WHY }));
    expect(await store.get("default", "b")).toEqual(record({ id: "b" }));
  });

  it(`${label}: settles parts; when all are refused, so is the message`, async () => {
    const store = await open();
    await store.claim(record());
    await store.settle("default", "a", [STARTED, { ...PART, refused: WHY }]);
    expect(await store.get("default", "a")).toMatchObject({ status: "accepted", refused: null, parts: [STARTED, {}] });
    await store.settle("default", "a", [{ ...PART, refused: WHY }]);
    expect(await store.get("default", "a")).toMatchObject({ status: "refused", refused: WHY });
    await store.settle("default", "unknown", [STARTED]);
    expect(await store.get("default", "unknown")).toBeNull();
  });

  it(`${label}: forgets what is old, a part at a time`, async () => {
    const store = await open();
    for (let at = 0; at < 4; at++) await store.claim(record({ id: `${at}`, idempotentKey: `${at}`, receivedAt: at }));
    expect(await store.forgetBefore(3, 2)).toBe(2);
    expect(await store.forgetBefore(3, 2)).toBe(1);
    expect(await store.get("default", "2")).toBeNull();
    expect(await store.get("default", "3")).not.toBeNull();
  });
}
