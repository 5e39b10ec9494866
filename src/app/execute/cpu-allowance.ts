import type { CpuAccount } from "../../spi/cpu-account.ts";
import type { Timer } from "../../spi/timer.ts";

/**
 * The CPU that one invocation of the platform may spend on what users supply, in milliseconds of the sandbox's price list:
 * half of the 30 s that an invocation has for everything, since a millisecond may take a little more than its price.
 */
const INVOCATION_CPU_MS = 15_000;

/** After so much in one go whoever else is served by the isolate has a turn. */
const STINT_MS = 5;

/** What a work item waits for that was put off, for a person who reads its run. */
const PUT_OFF_BY = "the CPU of one invocation";

/** A work item that was put off goes out again at once, to another invocation. */
export const PUT_OFF = { by: PUT_OFF_BY, retryInMs: 0 } as const;

/**
 * One invocation's account of what it spends on functions and on judging values, together with whoever else waits for the
 * isolate. Whoever is about to spend looks right before it, and goes on in the same turn:
 * `while (cpu.isTired) await cpu.turn(timer)`. However many wait, one stint and one piece of work is all that a turn holds.
 */
export class CpuAllowance implements CpuAccount {
  #leftMs: number;
  #stintMs = 0;
  #turn: Promise<void> | null = null;

  constructor(allMs = INVOCATION_CPU_MS) {
    this.#leftMs = allMs;
  }

  admits(cpuMs: number): boolean {
    return this.#leftMs >= cpuMs;
  }

  spend(cpuMs: number): void {
    this.#leftMs -= cpuMs;
    this.#stintMs += cpuMs;
  }

  /** Whether so much was spent in one go that others have waited long enough. */
  get isTired(): boolean {
    return this.#stintMs >= STINT_MS;
  }

  /** Resolves when others have had their turn; everybody who waits then resolves in the same one. */
  turn(timer: Timer): Promise<void> {
    return (this.#turn ??= new Promise<void>((resume) => {
      timer.after(0, () => {
        this.#turn = null;
        this.#stintMs = 0;
        resume();
      });
    }));
  }
}
