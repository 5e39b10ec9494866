import type { CpuAccount } from "../../spi/cpu-account.ts";

/**
 * The CPU that functions may have in one invocation of the platform, in milliseconds of the sandbox's price list: half of
 * the 30 s that an invocation has for everything, since a millisecond may take a little more than its price.
 */
const INVOCATION_CPU_MS = 15_000;

/** What a work waits for that was put off, for a person who reads its run. */
const PUT_OFF_BY = "the CPU of one invocation";

/** A work that was put off goes out again at once, to another invocation. */
export const PUT_OFF = { by: PUT_OFF_BY, retryInMs: 0 } as const;

/** One invocation's account. It never goes below zero, since a function begins only where all it may use is left. */
export class CpuAllowance implements CpuAccount {
  #leftMs: number;

  constructor(allMs = INVOCATION_CPU_MS) {
    this.#leftMs = allMs;
  }

  admits(cpuMs: number): boolean {
    return this.#leftMs >= cpuMs;
  }

  spend(cpuMs: number): void {
    this.#leftMs -= cpuMs;
  }
}
