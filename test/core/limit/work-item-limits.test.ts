import { describe, expect, it } from "vitest";
import type { NodeLimit } from "../../../src/core/limit/limit.ts";
import { workItemLimits } from "../../../src/core/limit/work-item-limits.ts";
import type { StoredValue } from "../../../src/core/run/model/value.ts";
import type { WorkItem } from "../../../src/core/run/dispatch/work-item.ts";

const slots = { kind: "slots", max: 1 } as const;
const limit = (changes: Partial<NodeLimit>): NodeLimit => ({ group: null, key: null, allows: slots, ...changes });

const work = (limits: readonly NodeLimit[], changes: Partial<WorkItem> = {}): WorkItem => ({
  runId: "r00_1",
  tenant: "acme",
  correlationId: "c",
  segment: "s1",
  token: "s1.1",
  epoch: 1,
  expiresAt: 40_000,
  steps: [
    {
      id: "a",
      node: "mail",
      version: "1.0.0",
      inputs: { "user.id": { step: null, key: "user.id" } },
      timeoutMs: 1_000,
      cacheTtlMs: null,
      attempt: 1,
      limits,
    },
  ],
  values: null,
  ...changes,
});
const given = (value: StoredValue): Record<string, StoredValue> => ({ "|user.id": value });
const ids = (limits: readonly NodeLimit[], values: Record<string, StoredValue> = given({ v: "ann" })) =>
  workItemLimits(work(limits), values, null, 0).map(({ id }) => id);

describe("the limits of a work item", () => {
  it("are asked in one order, each once, the tenant's with them", () => {
    const found = workItemLimits(
      work([
        limit({ group: "z" }),
        limit({}),
        limit({ allows: { kind: "rate", max: 1, perMs: 1 } }),
        limit({ group: "z" }),
      ]),
      {},
      7,
      0,
    );
    expect(found.map(({ id, label }) => [id, label])).toEqual([
      ["acme/group/z/slots", "group z"],
      ["acme/node/mail/rate", "node mail"],
      ["acme/node/mail/slots", "node mail"],
      ["acme/tenant/slots", "the tenant"],
    ]);
    expect(found.at(-1)?.request.allows).toEqual({ kind: "slots", max: 7 });
  });

  it("are none for a work without any", () => {
    expect(workItemLimits(work([]), {}, null, 0)).toEqual([]);
  });

  it("separate by the hash of a value: the same for equal values, never the value itself", () => {
    const perUser = [limit({ group: "per-user", key: "user.id" })];
    const [ann] = ids(perUser);
    expect(ids(perUser)).toEqual([ann]);
    expect(ids(perUser, given({ v: "bob" }))).not.toEqual([ann]);
    expect(ids(perUser, {})).not.toEqual([ann]);
    expect(ann).not.toContain("ann");
    expect(workItemLimits(work(perUser), given({ v: "ann" }), null, 0)[0]?.label).toBe("group per-user by user.id");
    const ref = { ref: { key: "k", sha256: "f".repeat(64), bytes: 70_000 } };
    expect(ids(perUser, given(ref))).toEqual([`acme/group/per-user/${"f".repeat(64)}/slots`]);
  });

  it("hold a turn as long as the lease, and never less than the steps may take", () => {
    const hold = (now: number) => workItemLimits(work([limit({})]), {}, null, now)[0]?.request.holdMs;
    expect(hold(0)).toBe(40_000);
    expect(hold(39_999)).toBe(6_000);
  });

  it("carry the work's priority and age", () => {
    const [found] = workItemLimits(work([limit({})], { priority: 4, since: 123 }), {}, null, 500);
    expect(found?.request).toMatchObject({ priority: 4, since: 123, token: "s1.1" });
    expect(workItemLimits(work([limit({})]), {}, null, 500)[0]?.request).toMatchObject({ priority: 0, since: 500 });
  });
});
