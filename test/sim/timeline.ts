interface Moment {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

/**
 * Simulated time: what is due happens in order, equal moments in the order they were arranged, and between two of them
 * everything that can go on without waiting does. No real time passes.
 */
export class Timeline {
  /** Milliseconds since the epoch. */
  now: number;
  steps = 0;
  readonly #heap: Moment[] = [];
  #arranged = 0;

  constructor(start: number) {
    this.now = start;
  }

  /** Arranges something; the returned function calls it off. A moment that has passed means now. */
  at(moment: number, run: () => void): () => void {
    const arranged: Moment = { at: Math.max(moment, this.now), order: this.#arranged++, run, cancelled: false };
    this.#push(arranged);
    return () => {
      arranged.cancelled = true;
    };
  }

  after(ms: number, run: () => void): () => void {
    return this.at(this.now + ms, run);
  }

  /** Lives through everything that is due until `end`; false when more than `maxSteps` things happened. */
  async live(end: number, maxSteps: number): Promise<boolean> {
    for (let next = this.#pop(end); next; next = this.#pop(end)) {
      if (this.steps++ >= maxSteps) return false;
      this.now = next.at;
      next.run();
      await quiet();
    }
    this.now = Math.max(this.now, Number.isFinite(end) ? end : this.now);
    return true;
  }

  #pop(end: number): Moment | null {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.at > end) return null;
      const last = this.#heap.pop() as Moment;
      if (first !== last) this.#sink(last);
      if (!first.cancelled) return first;
    }
  }

  #push(moment: Moment): void {
    let place = this.#heap.length;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#heap[above] as Moment;
      if (!before(moment, parent)) break;
      this.#heap[place] = parent;
      place = above;
    }
    this.#heap[place] = moment;
  }

  #sink(moment: Moment): void {
    let place = 0;
    for (;;) {
      let below = 2 * place + 1;
      const left = this.#heap[below];
      const right = this.#heap[below + 1];
      if (!left) break;
      if (right && before(right, left)) below++;
      const child = this.#heap[below] as Moment;
      if (!before(child, moment)) break;
      this.#heap[place] = child;
      place = below;
    }
    this.#heap[place] = moment;
  }
}

const before = (a: Moment, b: Moment): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** Resolves once every promise that could be settled without a new moment has been. */
const quiet = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
