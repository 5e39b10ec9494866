import { HTTP_STATUS, type Fault } from "../../src/core/errors.ts";
import type { Result } from "../../src/core/result.ts";
import type { Findings } from "./audit/findings.ts";
import type { Isolate } from "./isolate.ts";
import type { Isolates } from "./isolates.ts";
import type { Universe } from "./universe.ts";

const GATEWAYS = ["gateway-a", "gateway-b"] as const;

/** What a gateway said; null when it gave no answer. */
export type Heard<T> = Result<T, Fault> | null;

/** How everybody outside talks to the gateways, which take turns. */
export class Line {
  readonly #universe: Universe;
  readonly #isolates: Isolates;
  readonly #findings: Findings;
  #turn = 0;

  constructor(universe: Universe, isolates: Isolates, findings: Findings) {
    this.#universe = universe;
    this.#isolates = isolates;
    this.#findings = findings;
  }

  /** Asks a gateway something. Whatever it refuses has a code. */
  ask<T>(what: string, work: (gateway: Isolate) => Promise<Result<T, Fault>>): Promise<Heard<T>> {
    const gateway = this.#isolates.get(GATEWAYS[this.#turn++ % GATEWAYS.length] ?? "gateway-a");
    this.#universe.note("client", `${what} at ${gateway.process.name}`);
    return new Promise((resolve) => {
      const forget = gateway.process.onDeath(() => resolve(null));
      const hear = (answer: Heard<T>): void => {
        forget();
        if (answer?.ok === false && (!(answer.error.code in HTTP_STATUS) || answer.error.code === "RUNTIME_ERROR"))
          this.#findings.add("coded", `${what}: ${JSON.stringify(answer.error)}`);
        resolve(answer);
      };
      work(gateway).then(hear, () => hear(null));
    });
  }
}
