import type { RingStore } from "../../spi/ring-store.ts";
import type { RingPorts, RingSettings } from "../ring/ports.ts";
import { Ring } from "../ring/ring.ts";

/** A ring's place: its storage and its alarm outlive what is in memory. */
interface Slot {
  readonly store: RingStore;
  alarmAt: number | null;
  ring: Ring | null;
}

/** Rings in this process, made when they are first asked for. */
export class LocalRings {
  readonly #slots = new Map<number, Slot>();
  readonly #newStore: () => RingStore;
  readonly #ports: Omit<RingPorts, "store" | "alarm">;
  readonly #settings: RingSettings;

  /** @param newStore an empty storage for a ring that is made */
  constructor(newStore: () => RingStore, ports: Omit<RingPorts, "store" | "alarm">, settings: RingSettings) {
    this.#newStore = newStore;
    this.#ports = ports;
    this.#settings = settings;
  }

  /** The ring of a number. */
  open(number: number): Ring {
    const slot = this.#slots.get(number) ?? { store: this.#newStore(), alarmAt: null, ring: null };
    this.#slots.set(number, slot);
    const alarm = { arm: (at: number) => void (slot.alarmAt = at) };
    return (slot.ring ??= new Ring(number, { ...this.#ports, store: slot.store, alarm }, this.#settings));
  }

  /** When the next alarm of any ring is due, or null. */
  nextAlarm(): number | null {
    const armed = [...this.#slots.values()].flatMap(({ alarmAt }) => (alarmAt === null ? [] : [alarmAt]));
    return armed.length === 0 ? null : Math.min(...armed);
  }

  /** Fires the alarms that are due. */
  async fireAlarms(): Promise<void> {
    for (const [number, slot] of this.#slots) {
      if (slot.alarmAt === null || slot.alarmAt > this.#ports.clock.now()) continue;
      slot.alarmAt = null;
      await this.open(number).tick();
    }
  }

  /** Forgets a ring's memory, as an eviction does; its storage stays. */
  evict(number: number): void {
    const slot = this.#slots.get(number);
    if (slot) slot.ring = null;
  }
}
