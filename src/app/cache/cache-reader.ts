import { isLive, type CacheEntry } from "../../core/cache/entry.ts";
import type { CacheKey } from "../../core/cache/signature.ts";
import { faultOf } from "../../core/errors.ts";
import type { Instant } from "../../core/run/model/state.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { ResultCache } from "../../spi/result-cache.ts";

/** What was found, or not found, is believed this long, in milliseconds. */
const BELIEVED_MS = 1_000;
/** Answers an isolate remembers; an entry has at most some hundred KB, and most have far less. */
const MAX_ANSWERS = 200;
/** Entries larger than this are read again each time. */
const MAX_REMEMBERED_BYTES = 64 * 1024;

interface Answer {
  readonly entry: CacheEntry | null;
  readonly askedAt: Instant;
}

/**
 * The result cache as executors see it: what was asked within the last second is not asked again, so that equal steps in
 * a burst cost one look, and what was cleared is gone everywhere a second later. A cache that fails is an empty one.
 */
export class CacheReader {
  readonly #cache: ResultCache;
  readonly #clock: Clock;
  readonly #log: Log;
  /** In the order they were asked, oldest first. */
  readonly #answers = new Map<string, Answer>();

  constructor(cache: ResultCache, clock: Clock, log: Log) {
    this.#cache = cache;
    this.#clock = clock;
    this.#log = log;
  }

  /** The live entry of a key, or null. Never rejects. */
  async find(tenant: string, key: CacheKey, correlationId: string): Promise<CacheEntry | null> {
    const place = JSON.stringify([tenant, key.node, key.version, key.signature]);
    const now = this.#clock.now();
    const known = this.#answers.get(place);
    if (known && now - known.askedAt < BELIEVED_MS) return known.entry && isLive(known.entry, now) ? known.entry : null;
    try {
      const [entry = null] = await this.#cache.get(tenant, [key], now);
      this.#remember(place, { entry, askedAt: now });
      return entry;
    } catch (thrown) {
      this.#log.warn("the result cache does not answer; the work is done instead", {
        correlation_id: correlationId,
        node: `${key.node}@${key.version}`,
        code: faultOf(thrown).code,
      });
      return null;
    }
  }

  /** Forgets every answer: entries were stored or removed through this isolate. */
  forget(): void {
    this.#answers.clear();
  }

  #remember(place: string, answer: Answer): void {
    this.#answers.delete(place);
    if ((answer.entry?.bytes ?? 0) > MAX_REMEMBERED_BYTES) return;
    this.#answers.set(place, answer);
    if (this.#answers.size <= MAX_ANSWERS) return;
    for (const [oldest] of this.#answers) {
      this.#answers.delete(oldest);
      return;
    }
  }
}
