import { RuntimeHostError, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Log } from "../../spi/log.ts";

/** An object's alarm looks again after so long, in milliseconds, whether its storage can be read by then. */
export const LOOK_AGAIN_MS = 60_000;

/**
 * What an object makes of its storage. Storage that this code cannot read, after a roll-back of a deployment for
 * instance, stays as it is: whoever asks is told why, and the code that can read it finds everything.
 */
export class Opened<T> {
  readonly #made: Result<T, Fault>;

  /** @param who names the object in the log */
  constructor(who: string, open: () => T, log: Log) {
    this.#made = attempt(open);
    if (this.#made.ok) return;
    const { code, message, hint } = this.#made.error;
    log.error("an object cannot read its storage; it stays as it is", {
      correlation_id: who,
      code,
      reason: message,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** Null while the storage cannot be read. */
  get readable(): T | null {
    return this.#made.ok ? this.#made.value : null;
  }

  /** Throws RECORD_NEWER or RECORD_UNREADABLE. */
  get value(): T {
    if (!this.#made.ok) throw new RuntimeHostError(this.#made.error);
    return this.#made.value;
  }
}

function attempt<T>(open: () => T): Result<T, Fault> {
  try {
    return ok(open());
  } catch (thrown) {
    const isOfStorage =
      thrown instanceof RuntimeHostError && (thrown.code === "RECORD_NEWER" || thrown.code === "RECORD_UNREADABLE");
    if (!isOfStorage) throw thrown;
    return err(thrown.fault);
  }
}
