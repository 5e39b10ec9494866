import { RuntimeHostError } from "../../src/core/errors.ts";
import { silentLog } from "../../src/infra/memory/silent-log.ts";
import { Ring } from "../../src/app/ring/ring.ts";
import type { RingPorts, RingSettings } from "../../src/app/ring/ports.ts";
import { memoryRingStore } from "../../src/infra/memory/runs/ring-store.ts";
import type { EventBus } from "../../src/spi/event-bus.ts";
import type { RingStore } from "../../src/spi/ring-store.ts";
import type { TriggerBus } from "../../src/spi/trigger-bus.ts";
import type { Plant, RingCalls } from "./bugs/bug.ts";
import { overNetwork, Process, ProcessDied, unavailable } from "./process.ts";
import { frailAlarm, frailStore, type StorageWitness } from "./ring-storage.ts";
import type { Universe } from "./universe.ts";
import type { Fate, Kind } from "./weather.ts";

const DOWN_MS: Record<Fate<"restart">, number> = {
  "back at once": 0,
  "back after 4 s": 4_000,
  "back after 30 s": 30_000,
};
const LATE_MS: Partial<Record<Fate<"alarm">, number>> = {
  "500 ms late": 500,
  "20 s late": 20_000,
  "80 s late": 80_000,
};
/** So many alarms in so many milliseconds are a loop: no ring has that much to do. */
const LOOP = { alarms: 40, withinMs: 1_000 };
/** The platform tries an alarm again this long after it failed. */
const ALARM_RETRY_MS = 2_000;

export interface SlotOptions {
  readonly bus: EventBus;
  readonly triggerBus: TriggerBus;
  readonly settings: RingSettings;
  readonly witness: StorageWitness;
  readonly plant: Plant;
  /** An exception that is no fault of ours came out of the ring. */
  readonly onRawException: (ring: string, thrown: unknown) => void;
  /** The ring's alarm rings over and over, and nothing comes of it. */
  readonly onAlarmLoop: (ring: string) => void;
}

interface Life {
  readonly process: Process;
  readonly ring: RingCalls | null;
  inFlight: number;
}

/** A ring's place in the world: storage and alarm outlive what is in memory. */
export class RingSlot {
  readonly number: number;
  readonly name: string;
  readonly store: RingStore = memoryRingStore();
  /** When the alarm is set for, on the ring's own clock; null when it is not. */
  alarmAt: number | null = null;
  readonly #universe: Universe;
  readonly #options: SlotOptions;
  #life: Life | null = null;
  #downUntil = 0;
  #armed = 0;
  #alarms = { since: 0, count: 0 };

  constructor(number: number, universe: Universe, options: SlotOptions) {
    this.number = number;
    this.name = `ring-${number}`;
    this.#universe = universe;
    this.#options = options;
  }

  /** Calls a method of the ring as another component does: answered, refused, or lost with the ring's life. */
  call(method: keyof RingCalls, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const lose = (): void => reject(unavailable(this.name));
      if (this.#universe.timeline.now < this.#downUntil) return lose();
      const life = this.#open();
      if (life.process.dead || !life.ring) return lose();
      const forget = life.process.onDeath(lose);
      life.inFlight++;
      void perform(life.ring, method, args)
        .then(resolve, (thrown: unknown) => {
          if (thrown instanceof ProcessDied || life.process.dead) return lose();
          if (!(thrown instanceof RuntimeHostError)) this.#options.onRawException(`${this.name}.${method}`, thrown);
          reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        })
        .finally(() => {
          forget();
          life.inFlight--;
          this.#rest(life);
        });
    });
  }

  /** Forgets what is in memory, as the platform does with an idle object. */
  evict(): void {
    if (!this.#life || this.#life.inFlight > 0) return;
    this.#life.process.retire();
    this.#life = null;
  }

  #open(): Life {
    if (this.#life && !this.#life.process.dead) return this.#life;
    const process = new Process(this.name, this.#universe);
    process.onDeath(() => {
      const fate = this.#choose(`${this.name} restart`, "restart");
      this.#downUntil = this.#universe.timeline.now + DOWN_MS[fate];
    });
    const { plant, settings } = this.#options;
    let ring: RingCalls | null = null;
    try {
      const ports = this.#ports(process);
      const made: RingCalls = new Ring(this.number, plant.ringPorts?.(ports) ?? ports, settings);
      ring = plant.ring?.(made) ?? made;
    } catch (thrown) {
      process.die();
      if (!(thrown instanceof ProcessDied)) this.#options.onRawException(`${this.name} waking up`, thrown);
    }
    this.#life = { process, ring, inFlight: 0 };
    return this.#life;
  }

  #ports(process: Process): RingPorts {
    const { decide } = this.#options.plant;
    return {
      store: frailStore(this, process, this.#universe, this.#options.witness),
      alarm: frailAlarm((at) => this.#arm(at, process.skewMs), process, this.#universe),
      bus: this.#bus(process),
      triggerBus: overNetwork(this.#options.triggerBus, "trigger bus", process),
      clock: process.clock,
      timer: process.timer,
      log: silentLog,
      ...(decide ? { decide } : {}),
    };
  }

  #bus(process: Process): EventBus {
    const { bus } = this.#options;
    const publish = <T>(what: string, send: (messages: readonly T[]) => Promise<void>) => {
      return (messages: readonly T[]): Promise<void> => {
        const torn = messages.length > 1 && this.#choose(`${this.name} ${what} of many`, "publish") !== "all sent";
        return process.call(what, async () => {
          await send(torn ? messages.slice(0, messages.length >> 1) : messages);
          if (torn) throw unavailable(what);
        });
      };
    };
    return {
      publishWork: publish("publish work", bus.publishWork),
      publishEvents: publish("publish events", bus.publishEvents),
    };
  }

  #arm(at: number, skewMs: number): void {
    this.alarmAt = at;
    const armed = ++this.#armed;
    const fate = this.#choose(`${this.name} alarm`, "alarm");
    const lateMs = LATE_MS[fate] ?? 0;
    const { timeline } = this.#universe;
    timeline.at(Math.max(at - skewMs, timeline.now + 1) + lateMs, () => {
      if (armed !== this.#armed) return;
      this.alarmAt = null;
      this.#ring();
      if (fate === "twice") timeline.after(30, () => this.#ring());
    });
  }

  /** The alarm rings. The platform tries again when the handler fails, unless it has set another alarm by then. */
  #ring(): void {
    const { timeline, note } = this.#universe;
    note(this.name, "alarm");
    if (timeline.now - this.#alarms.since > LOOP.withinMs) this.#alarms = { since: timeline.now, count: 0 };
    if (++this.#alarms.count === LOOP.alarms) this.#options.onAlarmLoop(this.name);
    this.call("tick", []).catch(() => {
      if (this.alarmAt === null) this.#arm(timeline.now + ALARM_RETRY_MS, 0);
    });
  }

  #rest(life: Life): void {
    if (life.process.dead || life !== this.#life) return;
    const fate = this.#choose(`${this.name} after a call`, "idle");
    if (fate === "evicted") this.evict();
    if (fate === "crashes") life.process.die();
  }

  #choose<K extends Kind>(label: string, kind: K): Fate<K> {
    const { decisions, note } = this.#universe;
    const before = decisions.taken.size;
    const fate = decisions.choose(label, kind);
    if (decisions.taken.size > before) note(label, fate);
    return fate;
  }
}

/** Everything a ring does synchronously is part of the promise too. */
async function perform(ring: RingCalls, method: keyof RingCalls, args: readonly unknown[]): Promise<unknown> {
  return (ring[method] as (...args: readonly unknown[]) => unknown).apply(ring, [...args]);
}
