import { fault, RuntimeHostError } from "../../src/core/errors.ts";
import type { Clock } from "../../src/spi/clock.ts";
import type { Timer } from "../../src/spi/timer.ts";
import type { Universe } from "./universe.ts";
import type { Fate } from "./weather.ts";

const SKEW_MS: Record<Fate<"clock">, number> = {
  right: 0,
  "70 ms ahead": 70,
  "70 ms behind": -70,
  "4 s ahead": 4_000,
  "4 s behind": -4_000,
  "10 min ahead": 600_000,
  "10 min behind": -600_000,
};
const DELAY_MS: Record<Fate<"call">, number> = {
  "at once": 1,
  "after 40 ms": 40,
  "after 900 ms": 900,
  "after 7 s": 7_000,
  "after 45 s": 45_000,
  refused: 5,
  "done, answer lost": 5,
  "caller dies before it": 5,
  "done, caller dies": 5,
};

/** Thrown into code whose process has just died, to unwind it; nobody may act on it. */
export class ProcessDied extends Error {}

/**
 * One life of one component: an isolate of the Worker or a ring in memory. When it dies, whatever it was doing stops for
 * ever and those who wait for it are told.
 */
export class Process {
  readonly name: string;
  readonly clock: Clock;
  readonly timer: Timer;
  /** Milliseconds its clock is ahead. */
  readonly skewMs: number;
  dead = false;
  readonly #universe: Universe;
  readonly #mourners = new Set<() => void>();

  constructor(name: string, universe: Universe) {
    const { timeline, decisions } = universe;
    this.name = name;
    this.#universe = universe;
    this.skewMs = SKEW_MS[decisions.choose(`${name} clock`, "clock")];
    this.clock = { now: () => timeline.now + this.skewMs };
    this.timer = { after: (ms, wake) => timeline.after(ms, () => this.dead || wake()) };
  }

  /** Something this process asks of the world outside. The world may answer late, wrongly, or when nobody listens. */
  call<T>(what: string, effect: () => T | Promise<T>): Promise<T> {
    const { timeline, decisions, note } = this.#universe;
    const fate = decisions.choose(`${this.name} ${what}`, "call");
    return new Promise((resolve, reject) => {
      const refuse = (): void => reject(unavailable(what));
      const perform = async (): Promise<void> => {
        if (this.dead) return;
        note(this.name, fate === "at once" ? what : `${what}: ${fate}`);
        if (fate === "refused") return refuse();
        if (fate === "caller dies before it") return this.die();
        try {
          const answer = await effect();
          if (fate === "done, caller dies") return this.die();
          if (fate === "done, answer lost") return refuse();
          if (!this.dead) resolve(answer);
        } catch (thrown) {
          if (!this.dead) reject(thrown instanceof Error ? thrown : new Error(String(thrown)));
        }
      };
      timeline.after(DELAY_MS[fate], () => void perform());
    });
  }

  die(): void {
    if (this.dead) return;
    this.dead = true;
    this.#universe.note(this.name, "dies");
    for (const mourn of this.#mourners) mourn();
    this.#mourners.clear();
  }

  /** Ends without anybody noticing: nothing was under way. */
  retire(): void {
    this.dead = true;
  }

  /** Calls `mourn` when the process dies; the returned function takes that back. */
  onDeath(mourn: () => void): () => void {
    this.#mourners.add(mourn);
    return () => this.#mourners.delete(mourn);
  }
}

export const unavailable = (what: string): RuntimeHostError =>
  new RuntimeHostError(fault("SERVICE_UNAVAILABLE", `${what} did not answer`));

/** A port as a process sees it: every call goes through the world. */
export function overNetwork<Port extends object>(port: Port, name: string, process: Process): Port {
  const wrapped = new Map<string, unknown>();
  return new Proxy(port, {
    get(target, property) {
      if (typeof property !== "string") return undefined;
      const known = wrapped.get(property);
      if (known) return known;
      const member: unknown = Reflect.get(target, property);
      if (typeof member !== "function") return member;
      const asked = (...args: unknown[]) =>
        process.call(`${name}.${property}`, () => member.apply(target, args) as unknown);
      wrapped.set(property, asked);
      return asked;
    },
  });
}
