import { timedUuid } from "../../core/search/told-time.ts";
import type { Clock, Ids } from "../../spi/clock.ts";

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/**
 * Ids that look random and are the same for the same seed, so that a run of a test or simulation can be repeated.
 *
 * @param clock with one, UUIDs tell when they were made, as the platform's do
 */
export function seededIds(seed: number, clock: Clock | null = null): Ids {
  const random = splitMix32(seed);
  const text = (alphabet: string, length: number): string => {
    let made = "";
    for (let i = 0; i < length; i++) made += alphabet.charAt(random() % alphabet.length);
    return made;
  };
  const hex = (length: number): string => text("0123456789abcdef", length);
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-${text("89ab", 1)}${hex(3)}-${hex(12)}`;
  return {
    uuid: () => (clock ? timedUuid(clock.now(), uuid()) : uuid()),
    ulid: (now) => crockford(now, 10) + text(CROCKFORD, 16),
    ring: (rings) => random() % rings,
  };
}

function crockford(value: number, length: number): string {
  let rest = value;
  let made = "";
  for (let i = 0; i < length; i++) {
    made = CROCKFORD.charAt(rest % 32) + made;
    rest = Math.floor(rest / 32);
  }
  return made;
}

/** SplitMix in 32 bits: a Weyl sequence and a mixing function, so that every seed is a good one. */
function splitMix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
