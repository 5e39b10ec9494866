import { DEFAULT_LEASES, type LeaseSettings } from "../../core/run/model/event.ts";
import type { reduce } from "../../core/run/reduce/reduce.ts";
import type { StoredForms } from "../../core/stored/forms.ts";
import type { Clock } from "../../spi/clock.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";
import type { RingAlarm, RingStore } from "../../spi/ring-store.ts";
import type { Timer } from "../../spi/timer.ts";
import type { AnnouncePorts } from "../archive/announce-end.ts";

export interface RingSettings {
  readonly leases: LeaseSettings;
  /** Finished runs gather this long before they leave for the archive, in milliseconds. */
  readonly flushMs: number;
  /** How long a keyed run's request is remembered after the run has left, in milliseconds. */
  readonly keyMemoryMs: number;
  /** An archive message not answered within this time is sent again, in milliseconds; later ones wait ever longer. */
  readonly archiveRetryMs: number;
}

export const DEFAULT_RING: RingSettings = {
  leases: DEFAULT_LEASES,
  flushMs: 1_000,
  keyMemoryMs: 24 * 60 * 60 * 1_000,
  archiveRetryMs: 30_000,
};

export interface RingPorts {
  readonly store: RingStore;
  readonly alarm: RingAlarm;
  readonly bus: EventBus;
  /** Where the ends of runs are announced that something follows. */
  readonly triggerBus: AnnouncePorts["triggerBus"];
  readonly clock: Clock;
  readonly log: Log;
  /** What ends a wait. */
  readonly timer: Timer;
  /** What decides; `core/run` when absent. */
  readonly decide?: typeof reduce;
  /** How records are stored; `core/stored` when absent. */
  readonly forms?: StoredForms;
}
