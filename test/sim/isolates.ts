import { bootIsolate, type Isolate, type IsolateOptions } from "./isolate.ts";
import type { Universe } from "./universe.ts";

/** Isolates by name; the dead are replaced when they are next needed. */
export class Isolates {
  readonly #universe: Universe;
  readonly #options: IsolateOptions;
  readonly #alive = new Map<string, Isolate>();

  constructor(universe: Universe, options: IsolateOptions) {
    this.#universe = universe;
    this.#options = options;
  }

  get(name: string): Isolate {
    const known = this.#alive.get(name);
    if (known && !known.process.dead) return known;
    const isolate = bootIsolate(name, this.#universe, this.#options);
    this.#alive.set(name, isolate);
    return isolate;
  }
}
