/** Who waits for whom among steps 0 … n-1, growing as inputs are bound; walks in both directions, with a bounded total effort. */
export class Links {
  readonly #before: number[][];
  readonly #after: number[][];
  #effort: number;

  /** `effort` is the number of steps that may be visited over all walks. */
  constructor(size: number, effort: number) {
    this.#before = Array.from({ length: size }, () => []);
    this.#after = Array.from({ length: size }, () => []);
    this.#effort = effort;
  }

  /** True once the walks have cost too much: their answers since then are incomplete. */
  get exhausted(): boolean {
    return this.#effort <= 0;
  }

  add(from: number, to: number): void {
    this.#before[to]?.push(from);
    this.#after[from]?.push(to);
  }

  /** Everything that waits for the step, directly or not. */
  descendants(step: number): ReadonlySet<number> {
    return this.#walk([step], this.#after, () => false);
  }

  /** The steps of the list that come before no other of the list. */
  latest(steps: readonly number[]): readonly number[] {
    if (steps.length < 2) return steps;
    const earlier = this.#walk(steps, this.#before, () => false);
    return steps.filter((step) => !earlier.has(step));
  }

  /** The wanted steps that are met first on each path back from the step. */
  nearestBefore(step: number, wanted: (step: number) => boolean): readonly number[] {
    return [...this.#walk([step], this.#before, wanted)].filter(wanted);
  }

  /** Counts work that was done outside a walk. */
  spend(effort: number): void {
    this.#effort -= effort;
  }

  /** Everything reachable over at least one edge; not beyond steps where it stops. */
  #walk(
    starts: readonly number[],
    edges: readonly (readonly number[])[],
    stopAt: (step: number) => boolean,
  ): ReadonlySet<number> {
    const seen = new Set<number>();
    const open = [...starts];
    const first = new Set(starts);
    for (let next = open.pop(); next !== undefined && this.#effort > 0; next = open.pop()) {
      if (!first.has(next) && stopAt(next)) continue;
      for (const neighbour of edges[next] ?? []) {
        this.#effort--;
        if (seen.has(neighbour)) continue;
        seen.add(neighbour);
        open.push(neighbour);
      }
    }
    return seen;
  }
}
