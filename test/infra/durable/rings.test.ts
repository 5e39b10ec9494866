import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { begin } from "../../../src/core/run/reduce/begin.ts";
import { decodeRun, encodeRun } from "../../../src/core/run/codec/codec.ts";
import { partingOf } from "../../../src/core/run/reduce/departure.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import { durableRingStore, rememberedRing } from "../../../src/infra/durable/ring-store.ts";
import { durableRunCoordinator, ringName, ringNumber } from "../../../src/infra/durable/run-coordinator.ts";
import { workItemOf } from "../../../src/core/run/dispatch/work-item-of.ts";
import { runCoordinatorContract } from "../../support/contracts/run-coordinator.ts";
import { ringStoreContract } from "../../support/contracts/ring-store.ts";
import { sketchPlan } from "../../support/plans.ts";
import { REQUEST } from "../../support/runs.ts";
import { systemClock } from "../../../src/infra/system/clock.ts";

const coordinator = durableRunCoordinator(env.RINGS_NS);
let stores = 0;

describe("rings as Durable Objects keep their ports' contracts", () => {
  ringStoreContract("SQLite", async (check) => {
    const stub = env.RINGS_NS.getByName(ringName(210 + ++stores));
    await runInDurableObject(stub, (_, state) => check(durableRingStore(state.storage, systemClock)));
  });

  const known = new Set<string>();

  runCoordinatorContract("Durable Object", async () => ({
    coordinator: {
      ...coordinator,
      submit: (submission) => {
        known.add(submission.runId);
        return coordinator.submit(submission);
      },
    },
    // What a ring has leased is what it published: the queue itself is not read here.
    published: async () => {
      const items = [];
      for (const id of known) {
        const record = await coordinator.read(id);
        if (record === null) continue;
        const state = decodeRun(record);
        for (const { id: segment, lease } of state.segments.values()) {
          if (lease) items.push(workItemOf(state, { type: "dispatch", segment, ...lease }));
        }
      }
      return items;
    },
  }));
});

describe("a ring object", () => {
  it("writes one row for a finished run and nothing beside it", async () => {
    const id = runId(200, "0".repeat(25) + "1");
    const state = begin({ ...REQUEST, id }, sketchPlan([]), {}, 0);
    await coordinator.submit({
      runId: id,
      requestHash: "",
      keyed: false,
      finished: partingOf(state),
      record: encodeRun(state),
    });
    await runInDurableObject(env.RINGS_NS.getByName(ringName(200)), (_, { storage }) => {
      expect(storage.sql.exec("SELECT owner, part FROM slots").toArray()).toEqual([{ owner: id, part: "r" }]);
      expect(
        storage.sql.exec("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").toArray(),
      ).toEqual([]);
    });
  });
});

describe("a ring's number", () => {
  it("is read off its name, and refused for any other name", () => {
    expect(ringNumber(ringName(31))).toBe(31);
    for (const name of [undefined, "", "ring-1", "ring-1F", "ring-100", "store-01"])
      expect(ringNumber(name)).toBeNull();
  });

  it("is remembered for an object that is woken without its name", async () => {
    const stub = env.RINGS_NS.getByName(ringName(209));
    await runInDurableObject(stub, (_, { storage }) => {
      expect(rememberedRing(storage, undefined)).toBe(209);
    });
  });
});
