/** A binary heap: the smallest item by `compare` comes out first. */
export class Heap<T> {
  readonly #items: T[] = [];
  readonly #compare: (a: T, b: T) => number;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const items = this.#items;
    let hole = items.length;
    items.push(item);
    while (hole > 0) {
      const up = (hole - 1) >> 1;
      const parent = items[up];
      if (parent === undefined || this.#compare(item, parent) >= 0) break;
      items[hole] = parent;
      hole = up;
    }
    items[hole] = item;
  }

  /** The smallest item, which stays; undefined when the heap is empty. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** The smallest item, or undefined when the heap is empty. */
  pop(): T | undefined {
    const items = this.#items;
    const top = items[0];
    const last = items.pop();
    if (items.length > 0 && last !== undefined) this.#sink(last);
    return top;
  }

  #sink(item: T): void {
    const items = this.#items;
    let hole = 0;
    for (let child = 1; child < items.length; child = 2 * hole + 1) {
      let smaller = items[child];
      const other = items[child + 1];
      if (smaller !== undefined && other !== undefined && this.#compare(other, smaller) < 0) {
        smaller = other;
        child++;
      }
      if (smaller === undefined || this.#compare(item, smaller) <= 0) break;
      items[hole] = smaller;
      hole = child;
    }
    items[hole] = item;
  }
}
