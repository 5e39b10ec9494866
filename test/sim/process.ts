import { fault, RuntimeHostError } from "../../src/core/errors.ts";
import type { Clock } from "../../src/spi/clock.ts";
import type { Timer } from "../../src/spi/timer.ts";
import type { Universe } from "./universe.ts";
import { CALL_FATES, SKEWS } from "./weather.ts";

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
    const { timeline, decisions, weather } = universe;
    this.name = name;
    this.#universe = universe;
    this.skewMs = SKEWS[decisions.choose(`${name} clock`, weather.skew)] ?? 0;
    this.clock = { now: () => timeline.now + this.skewMs };
    this.timer = { after: (ms, wake) => timeline.after(ms, () => this.dead || wake()) };
  }

  /** Something this process asks of the world outside. The world may answer late, wrongly, or when nobody listens. */
  call<T>(what: string, effect: () => T | Promise<T>): Promise<T> {
    const { timeline, decisions, weather, note } = this.#universe;
    const { does, delayMs, says } = CALL_FATES[decisions.choose(`${this.name} ${what}`, weather.call)] ?? CALL_FATES[0]!;
    return new Promise((resolve, reject) => {
      const refuse = (): void => reject(unavailable(what));
      const perform = async (): Promise<void> => {
        if (this.dead) return;
        note(this.name, `${what}: ${says}`);
        if (does === "is refused") return refuse();
        if (does === "caller dies before") return this.die();
        try {
          const answer = await effect();
          if (does === "caller dies after") return this.die();
          if (does === "goes unheard") return refuse();
          if (!this.dead) resolve(answer);
        } catch (thrown) {
          if (!this.dead) reject(thrown as Error);
        }
      };
      timeline.after(delayMs, () => void perform());
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
      const asked = (...args: unknown[]) => process.call(`${name}.${property}`, () => member.apply(target, args) as unknown);
      wrapped.set(property, asked);
      return asked;
    },
  });
}
