import { fault, RuntimeHostError } from "../../core/errors.ts";
import {
  admit,
  CLOSED,
  settle,
  type Breaker,
  type BreakerSettings,
  type CallResult,
} from "../../core/resilience/breaker.ts";
import { quoted } from "../../core/text/clip.ts";
import type { BreakerBoard, BreakerKey, BreakerReport, SharedBreaker } from "../../spi/breaker-board.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";

export interface BreakerPorts {
  readonly board: BreakerBoard;
  readonly clock: Clock;
  readonly log: Log;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
}

/** A call that may be made. */
export interface Pass {
  readonly key: BreakerKey;
  readonly settings: BreakerSettings;
  readonly trial: boolean;
}

/** Isolates hear of each other this often while calls are made, and this often while something fails, in milliseconds. */
const REFRESH_MS = 5_000;
const URGENT_MS = 1_000;
/** Targets an isolate remembers; the one that was called longest ago is forgotten. */
const MOST_TARGETS = 2_000;
/** Targets that are asked about at once. */
const MOST_ASKED = 50;

interface Entry {
  readonly key: BreakerKey;
  settings: BreakerSettings;
  breaker: Breaker;
  /** What the board has not been told yet. */
  failures: number;
  succeeded: boolean;
  /** Whether the board is known to count failures, so that a success must be told. */
  counted: boolean;
  usedAt: number;
}

/**
 * The circuit breakers of one isolate. Each decides by what it knows, at once; what isolates see they tell each other
 * through a board, behind the calls. Only the one trial of a half-open breaker asks the board first, so that of all
 * isolates one tries. A board that does not answer leaves each isolate to itself.
 */
export class Breakers {
  readonly #ports: BreakerPorts;
  readonly #entries = new Map<string, Entry>();
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(ports: BreakerPorts) {
    this.#ports = ports;
  }

  /** Rejects with SERVICE_UNAVAILABLE, and the time to wait, while the breaker is open. */
  async admit(key: BreakerKey, settings: BreakerSettings): Promise<Pass> {
    const now = this.#ports.clock.now();
    const entry = this.#entry(key, settings, now);
    const admission = admit(entry.breaker, now, settings);
    if (admission.kind !== "trial") this.#refresh(now, REFRESH_MS);
    if (admission.kind === "pass") return { key, settings, trial: false };
    if (admission.kind === "refused") throw refusal(key, admission.retryAfterMs);
    const before = entry.breaker;
    entry.breaker = admission.breaker;
    if (await this.#claim(key, now, settings)) return { key, settings, trial: true };
    // Somebody else tries: what came of it is heard with the next exchange.
    entry.breaker = { state: "open", until: now + URGENT_MS };
    if (before.state === "closed") entry.breaker = before;
    throw refusal(key, URGENT_MS);
  }

  /** Takes in what came of a call that was admitted. */
  report({ key, settings, trial }: Pass, result: CallResult): void {
    const now = this.#ports.clock.now();
    const entry = this.#entry(key, settings, now);
    const was = entry.breaker.state;
    entry.breaker = settle(entry.breaker, result, trial, now, settings);
    const { breaker } = entry;
    if (breaker.state !== was) this.#tell(breaker.state, key);
    if (trial) {
      const openUntil = breaker.state === "open" ? breaker.until : null;
      entry.failures = 0;
      entry.succeeded = false;
      this.#ports.background(this.#ports.board.settleTrial(key, openUntil).catch(() => undefined));
      return;
    }
    if (result === "failure") entry.failures++;
    if (result === "success" && (entry.failures > 0 || entry.counted)) {
      entry.failures = 0;
      entry.succeeded = true;
    }
    // Others should know at once of one that opened, and soon of anything else.
    const opened = breaker.state === "open" && was !== "open";
    if (entry.failures > 0 || entry.succeeded) this.#refresh(now, opened ? 0 : URGENT_MS);
  }

  /** How many of this isolate's breakers are not closed. */
  get refusing(): number {
    return [...this.#entries.values()].filter(({ breaker }) => breaker.state !== "closed").length;
  }

  async #claim(key: BreakerKey, now: number, { resetMs }: BreakerSettings): Promise<boolean> {
    try {
      return await this.#ports.board.claimTrial(key, now, now + resetMs);
    } catch {
      return true;
    }
  }

  #refresh(now: number, everyMs: number): void {
    if (now - this.#toldAt < everyMs) return;
    this.#toldAt = now;
    this.#ports.background(this.#exchange(now));
  }

  async #exchange(now: number): Promise<void> {
    const used = [...this.#entries.values()].filter(({ usedAt }) => now - usedAt <= 2 * REFRESH_MS).slice(-MOST_ASKED);
    const telling = used.filter(({ failures, succeeded }) => failures > 0 || succeeded);
    const silent = used.filter((entry) => !telling.includes(entry));
    const reports = telling.map(reportOf);
    for (const entry of telling) {
      // From here the board may count them, so that a success must be told.
      entry.counted ||= entry.failures > 0;
      entry.failures = 0;
      entry.succeeded = false;
    }
    try {
      const { board } = this.#ports;
      const told = reports.length === 0 ? [] : await board.report(reports, now);
      const read = silent.length === 0 ? [] : await board.read(silent.map(({ key }) => key));
      this.#learn(used, [...told, ...read]);
    } catch {
      // Told again next time, unless a success has come since: then nothing of before it counts.
      for (const [i, entry] of telling.entries()) {
        const untold = reports[i];
        if (untold === undefined || entry.succeeded) continue;
        entry.failures += untold.failures;
        entry.succeeded = untold.succeeded;
      }
    }
  }

  #learn(asked: readonly Entry[], shared: readonly SharedBreaker[]): void {
    const byKey = new Map(shared.map((one) => [nameOf(one), one]));
    const now = this.#ports.clock.now();
    for (const entry of asked) {
      const known = byKey.get(nameOf(entry.key));
      entry.counted = (known?.failures ?? 0) > 0;
      if (entry.breaker.state === "half_open") continue;
      const openUntil = known?.openUntil ?? null;
      if (openUntil !== null) {
        const until = Math.max(openUntil, known?.trialUntil ?? 0);
        if (entry.breaker.state === "closed") this.#tell("open", entry.key);
        entry.breaker = { state: "open", until: Math.min(until, now + entry.settings.resetMs) };
      } else if (entry.breaker.state === "open" && known && entry.failures === 0) {
        entry.breaker = CLOSED;
        this.#tell("closed", entry.key);
      }
    }
  }

  #tell(state: Breaker["state"], { tenant, binding, target }: BreakerKey): void {
    const fields = { correlation_id: "breaker", tenant, binding, target, state };
    if (state === "open") this.#ports.log.warn("a circuit breaker opened", fields);
    else this.#ports.log.info("a circuit breaker changed", fields);
  }

  #entry(key: BreakerKey, settings: BreakerSettings, now: number): Entry {
    const name = nameOf(key);
    const known = this.#entries.get(name);
    const entry = known ?? {
      key,
      settings,
      breaker: CLOSED,
      failures: 0,
      succeeded: false,
      counted: false,
      usedAt: now,
    };
    entry.settings = settings;
    entry.usedAt = now;
    // Last in the order of the map: called most recently.
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    if (this.#entries.size > MOST_TARGETS) this.#forgetOldest();
    return entry;
  }

  #forgetOldest(): void {
    for (const name of this.#entries.keys()) {
      this.#entries.delete(name);
      return;
    }
  }
}

const nameOf = ({ tenant, binding, target }: BreakerKey): string => `${tenant}/${binding}/${target}`;

const reportOf = ({ key, failures, succeeded, settings }: Entry): BreakerReport => ({
  ...key,
  failures,
  succeeded,
  failureThreshold: settings.failureThreshold,
  resetMs: settings.resetMs,
});

const refusal = ({ target, binding }: BreakerKey, retryAfterMs: number): RuntimeHostError => {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new RuntimeHostError(
    fault("SERVICE_UNAVAILABLE", `${quoted(target)} has failed again and again and is not called for a while`, {
      details: { handler_type: binding, target, circuit_breaker: "open", retry_after_seconds: seconds },
      retryAfterSeconds: seconds,
      blameless: true,
    }),
  );
};
