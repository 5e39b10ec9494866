/** A global of the interpreter that counts down as it works. */
export interface FuelGauge {
  value: bigint;
}

/**
 * Units of work that make up a millisecond of budget. On the slow machine they were measured on, a millisecond of budget
 * is 0.4 ms of ordinary work and nothing was found that makes it more than 1.3.
 */
export const UNITS_PER_MS = 3_000_000n;

/** Weights are sixteenths: the price of a unit of fuel, by how much memory is in use. */
const ONE = 16n;

/**
 * The fuel of one evaluation. Work is dearer the more memory is in use: what no longer fits the processor's caches waits
 * for memory, and a walk through 40 MB takes ten times as long as the same steps through one. The weight changes where
 * the heap grows, so nothing has to be counted in between.
 */
export class Tank {
  readonly #gauge: FuelGauge;
  #weight = ONE;

  constructor(gauge: FuelGauge) {
    this.#gauge = gauge;
  }

  /** Begins anew with so many units, for a heap of so many bytes in use. */
  fill(units: bigint, heapBytes: number): void {
    this.#weight = weightOf(heapBytes);
    this.#gauge.value = (units * ONE) / this.#weight;
  }

  /** Units that are left; negative once it ran out. */
  get left(): bigint {
    return (this.#gauge.value * this.#weight) / ONE;
  }

  /** The heap has grown to so many bytes. */
  reweigh(heapBytes: number): void {
    const { left } = this;
    this.#weight = weightOf(heapBytes);
    this.#gauge.value = (left * ONE) / this.#weight;
  }

  /** Pays for work that the host does for the code. */
  take(units: bigint): void {
    this.#gauge.value = ((this.left - units) * ONE) / this.#weight;
  }

  get isEmpty(): boolean {
    return this.#gauge.value < 0n;
  }
}

const MIB = 1024 * 1024;

/** From so many MiB on, a unit costs so many sixteenths. */
const WEIGHTS = [
  [16, 48n],
  [8, 40n],
  [4, 32n],
  [2, 20n],
] as const;

const weightOf = (heapBytes: number): bigint => WEIGHTS.find(([mib]) => heapBytes >= mib * MIB)?.[1] ?? ONE;
