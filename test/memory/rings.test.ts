import { describe } from "vitest";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import { Ring } from "../../src/app/ring/ring.ts";
import { fixedClock } from "../../src/infra/memory/clock.ts";
import { memoryEventBus } from "../../src/infra/memory/queues/event-bus.ts";
import { memoryRingStore } from "../../src/infra/memory/runs/ring-store.ts";
import { memoryRunCoordinator } from "../../src/infra/memory/runs/run-coordinator.ts";
import { ringStoreContract } from "../support/contracts/ring-store.ts";
import { runCoordinatorContract } from "../support/contracts/run-coordinator.ts";
import { systemTimer } from "../../src/infra/system/clock.ts";
import { memoryTriggerBus } from "../../src/infra/memory/queues/trigger-bus.ts";
import { itemsIn } from "../support/received.ts";

describe("rings in memory keep their ports' contracts", () => {
  ringStoreContract("memory", async (check) => check(memoryRingStore()));

  runCoordinatorContract("memory", async () => {
    const bus = memoryEventBus();
    const rings = new Map<number, Ring>();
    const open = (number: number): Ring => {
      const known = rings.get(number);
      if (known) return known;
      const ports = {
        store: memoryRingStore(),
        alarm: { arm: () => undefined },
        bus,
        clock: fixedClock(0),
        triggerBus: memoryTriggerBus(),
        timer: systemTimer,
        log: silentLog,
      };
      const made = new Ring(number, ports);
      rings.set(number, made);
      return made;
    };
    const published = async () =>
      bus.execute.pull(1_000).flatMap((delivery) => {
        delivery.ack();
        return itemsIn([delivery]);
      });
    return { coordinator: memoryRunCoordinator(open), published };
  });
});
