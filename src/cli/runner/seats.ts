/** How many processes may run at once: whoever asks for work takes seats for it first, so that nothing is leased to wait here. */
export class Seats {
  #free: number;
  #closed = false;
  #waiting: (() => void)[] = [];
  readonly #closing: (() => void)[] = [];

  constructor(seats: number) {
    this.#free = seats;
  }

  /** At least one seat and at most so many, as soon as there is one; 0 once they are closed. */
  async take(most: number): Promise<number> {
    while (this.#free === 0 && !this.#closed) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#closed) return 0;
    const taken = Math.min(most, this.#free);
    this.#free -= taken;
    return taken;
  }

  giveBack(seats: number): void {
    this.#free += seats;
    if (this.#free > 0) this.#wake();
  }

  /** Nobody gets a seat any more. */
  close(): void {
    this.#closed = true;
    this.#wake();
    for (const told of this.#closing.splice(0)) told();
  }

  onClose(told: () => void): void {
    if (this.#closed) told();
    else this.#closing.push(told);
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
