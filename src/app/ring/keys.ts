import type { Instant, RunId } from "../../core/run/model/state.ts";
import type { RememberedKey, RingStore } from "../../spi/ring-store.ts";
import type { RingTimers } from "./timers.ts";

/** The owner of the moment at which keys are looked through. */
export const KEYS = "~keys";
const PART = "due";

/** Keys are looked through so often, in milliseconds: each may be kept that much longer than it counts. */
const PURGE_MS = 60 * 60 * 1_000;
/** So many go at once; the rest a second later, so that nobody waits long for a ring that forgets a day. */
const PURGE_KEYS = 5_000;
const AGAIN_MS = 1_000;

/** The key under this id, as long as it counts. */
export function rememberedKey({ keys }: RingStore, id: RunId, now: Instant): RememberedKey | null {
  const key = keys.get(id);
  return key && key.expiresAt > now ? key : null;
}

/** Writes down when keys are looked through. Call inside a transaction. */
export const planPurge = (store: RingStore, at: Instant): void =>
  store.write(KEYS, [{ part: PART, body: "", dueAt: at }]);

/** When keys that are remembered from now on are looked through: as it is planned, or after the first of them is over. */
export const purgeAt = (timers: RingTimers, expiresAt: Instant): Instant => timers.at(KEYS) ?? expiresAt + PURGE_MS;

/** Forgets keys whose time is over. Call inside a transaction. @returns when to look again; null when none is left */
export function purgeKeys(store: RingStore, now: Instant): Instant | null {
  const gone = store.keys.expire(now, PURGE_KEYS);
  const next = gone === PURGE_KEYS ? now + AGAIN_MS : store.keys.any() ? now + PURGE_MS : null;
  if (next === null) store.remove(KEYS);
  else planPurge(store, next);
  return next;
}
