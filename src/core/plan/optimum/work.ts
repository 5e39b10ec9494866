/** A budget counted in steps, so that what is found never depends on how fast a machine is. */
export class Work {
  readonly #limit: number;
  #done = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Steps taken: an action or a fact that was looked at is one. */
  get done(): number {
    return this.#done;
  }

  get left(): number {
    return this.#limit - this.#done;
  }

  take(steps: number): void {
    this.#done += steps;
  }
}
