import { timedUuid } from "../../core/search/told-time.ts";
import type { Clock, Ids } from "../../spi/clock.ts";
import type { Timer } from "../../spi/timer.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The machine's clock. On Workers it stands still during CPU work. */
export const systemClock: Clock = { now: () => Date.now() };

/** The machine's timers. */
export const systemTimer: Timer = {
  after(ms, wake) {
    const timer = setTimeout(wake, ms);
    return () => clearTimeout(timer);
  },
};

/** Ids from the platform's random source. */
export const systemIds: Ids = {
  uuid: () => timedUuid(Date.now(), crypto.randomUUID()),
  ulid: (now) => ulid(now, crypto.getRandomValues(new Uint8Array(16))),
  ring: (rings) => nextRing(rings),
};

/** How many rings one isolate uses: enough to spread its load, few enough that each has runs to batch. */
const RING_WINDOW = 8;
let firstRing: number | null = null;
let turn = 0;

/** Takes turns within a window that begins somewhere else in every isolate. */
function nextRing(rings: number): number {
  firstRing ??= uniformBelow(rings);
  turn = (turn + 1) % RING_WINDOW;
  return (firstRing + turn) % rings;
}

/** 48 bits of time in ten characters, then one random character from each of sixteen bytes. */
function ulid(now: number, random: Uint8Array): string {
  let time = "";
  let rest = now;
  for (let i = 0; i < 10; i++) {
    time = CROCKFORD.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return time + Array.from(random, (byte) => CROCKFORD.charAt(byte % 32)).join("");
}

/** Draws again in the incomplete last stretch of the 32-bit range, so that no number is likelier than another. */
function uniformBelow(limit: number): number {
  const complete = 2 ** 32 - (2 ** 32 % limit);
  for (;;) {
    const [drawn = 0] = crypto.getRandomValues(new Uint32Array(1));
    if (drawn < complete) return drawn % limit;
  }
}
