/** A dependency graph over 0 … n-1. `soft` dependencies give way when they would close a cycle; `hard` ones do not. */
export interface Dependencies {
  readonly hard: readonly (readonly number[])[];
  readonly soft?: readonly (readonly number[])[];
}

export interface Order {
  /** Topological order. */
  readonly order: readonly number[];
  /** Length of the longest chain that ends in the vertex, from 1. */
  readonly levels: readonly number[];
  /** Soft dependencies that had to give way, as [vertex, dependency]. */
  readonly dropped: readonly (readonly [number, number])[];
}

/** The vertices of a cycle: each waits for the next, the last for the first. */
export interface Cycle {
  readonly cycle: readonly number[];
}

/**
 * Kahn's algorithm with give-way edges, iterative throughout. Vertices that are ready together come out in the order of
 * their numbers' arrival, so equal input gives equal output.
 */
export function order(dependencies: Dependencies): Order | Cycle {
  const work = new Work(dependencies);
  const dropped: (readonly [number, number])[] = [];
  for (;;) {
    work.drain();
    if (work.done.length === work.size) return { order: work.done, levels: work.levels, dropped };
    const waits = work.waitCycle();
    const weak = waits.findIndex((vertex, i) => work.isSoft(vertex, waits[(i + 1) % waits.length] ?? vertex));
    if (weak < 0) return { cycle: waits };
    const vertex = waits[weak] ?? 0;
    const dependency = waits[(weak + 1) % waits.length] ?? 0;
    dropped.push([vertex, dependency]);
    work.drop(vertex, dependency);
  }
}

class Work {
  readonly size: number;
  readonly done: number[] = [];
  readonly levels: number[];
  readonly #hard: readonly (readonly number[])[];
  readonly #soft: readonly Set<number>[];
  readonly #followers: number[][];
  readonly #waiting: number[];
  readonly #finished: boolean[];
  #next = 0;

  constructor({ hard, soft }: Dependencies) {
    const size = hard.length;
    this.size = size;
    this.#hard = hard;
    this.#followers = Array.from({ length: size }, () => []);
    this.#finished = new Array<boolean>(size).fill(false);
    this.levels = new Array<number>(size).fill(1);
    this.#waiting = new Array<number>(size).fill(0);
    this.#soft = hard.map((before, vertex) => softOnly(before, soft?.[vertex]));
    for (let vertex = 0; vertex < size; vertex++) {
      let waiting = 0;
      for (const dependency of hard[vertex] ?? []) {
        this.#followers[dependency]?.push(vertex);
        waiting++;
      }
      for (const dependency of this.#soft[vertex] ?? NONE) {
        this.#followers[dependency]?.push(vertex);
        waiting++;
      }
      this.#waiting[vertex] = waiting;
      if (waiting === 0) this.done.push(vertex);
    }
  }

  /** Takes every vertex whose dependencies are done. */
  drain(): void {
    const { done, levels } = this;
    for (; this.#next < done.length; this.#next++) {
      const vertex = done[this.#next] ?? 0;
      this.#finished[vertex] = true;
      const level = (levels[vertex] ?? 1) + 1;
      for (const follower of this.#followers[vertex] ?? []) {
        if (level > (levels[follower] ?? 1)) levels[follower] = level;
        this.#settle(follower);
      }
    }
  }

  isSoft(vertex: number, dependency: number): boolean {
    return this.#soft[vertex]?.has(dependency) ?? false;
  }

  /** The vertex no longer waits for a dependency that is not done. */
  drop(vertex: number, dependency: number): void {
    this.#soft[vertex]?.delete(dependency);
    const followers = this.#followers[dependency];
    followers?.splice(followers.indexOf(vertex), 1);
    this.#settle(vertex);
  }

  /** Everything left waits for something left: following the waits must come round. */
  waitCycle(): readonly number[] {
    const path: number[] = [];
    const placeOf = new Map<number, number>();
    let at = this.#finished.indexOf(false);
    while (!placeOf.has(at)) {
      placeOf.set(at, path.length);
      path.push(at);
      at = this.#pending(at);
    }
    return path.slice(placeOf.get(at));
  }

  #pending(vertex: number): number {
    const open = (dependency: number): boolean => !this.#finished[dependency];
    const hard = this.#hard[vertex]?.find(open);
    if (hard !== undefined) return hard;
    for (const dependency of this.#soft[vertex] ?? NONE) if (open(dependency)) return dependency;
    return vertex;
  }

  #settle(vertex: number): void {
    const left = (this.#waiting[vertex] ?? 0) - 1;
    this.#waiting[vertex] = left;
    if (left === 0) this.done.push(vertex);
  }
}

const NONE: ReadonlySet<number> = new Set();

function softOnly(hard: readonly number[], soft: readonly number[] | undefined): Set<number> {
  return soft === undefined || soft.length === 0 ? NO_SOFT : new Set(soft.filter((one) => !hard.includes(one)));
}

/** Shared by all vertices that have none; nothing is ever dropped from it. */
const NO_SOFT = new Set<number>();
