/** Which members of an object or items of a list some schema has spoken of; for the `unevaluated…` keywords alone. */
export class Evaluated {
  readonly names = new Set<string>();
  /** How many items from the first on. */
  items = 0;
  /** Items beyond those. */
  readonly scattered = new Set<number>();

  fresh(): Evaluated {
    return new Evaluated();
  }

  add(other: Evaluated): void {
    for (const name of other.names) this.names.add(name);
    for (const item of other.scattered) this.scattered.add(item);
    this.items = Math.max(this.items, other.items);
  }

  hasItem(index: number): boolean {
    return index < this.items || this.scattered.has(index);
  }
}
