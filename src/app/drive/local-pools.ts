import type { PoolFace, PoolId, Pools } from "../../spi/pools.ts";
import type { RingStore } from "../../spi/ring-store.ts";
import { Pool, type PoolPorts } from "../pools/pool.ts";

/** A pool's place: its storage and its alarm outlive what is in memory. */
interface Slot {
  readonly store: RingStore;
  alarmAt: number | null;
  pool: Pool | null;
}

/** Pools in this process, made when they are first asked for. */
export class LocalPools implements Pools {
  readonly #slots = new Map<string, Slot>();
  readonly #newStore: () => RingStore;
  readonly #ports: Omit<PoolPorts, "store" | "alarm">;

  /** @param newStore an empty storage for a pool that is made */
  constructor(newStore: () => RingStore, ports: Omit<PoolPorts, "store" | "alarm">) {
    this.#newStore = newStore;
    this.#ports = ports;
  }

  at(id: PoolId): PoolFace {
    const name = JSON.stringify([id.tenant, id.name]);
    const slot = this.#slots.get(name) ?? { store: this.#newStore(), alarmAt: null, pool: null };
    this.#slots.set(name, slot);
    return this.#open(slot);
  }

  /** When the next alarm of any pool is due, or null. */
  nextAlarm(): number | null {
    const armed = [...this.#slots.values()].flatMap(({ alarmAt }) => (alarmAt === null ? [] : [alarmAt]));
    return armed.length === 0 ? null : Math.min(...armed);
  }

  /** Fires the alarms that are due. */
  async fireAlarms(): Promise<void> {
    for (const slot of this.#slots.values()) {
      if (slot.alarmAt === null || slot.alarmAt > this.#ports.clock.now()) continue;
      slot.alarmAt = null;
      await this.#open(slot).tick();
    }
  }

  /** Forgets the memory of every pool, as an eviction does; their storage stays. */
  evict(): void {
    for (const slot of this.#slots.values()) slot.pool = null;
  }

  #open(slot: Slot): Pool {
    // An alarm that is armed for later gives way to an earlier one.
    const arm = (at: number): void => void (slot.alarmAt = at);
    return (slot.pool ??= new Pool({ ...this.#ports, store: slot.store, alarm: { arm } }));
  }
}
