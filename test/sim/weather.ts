import { Random } from "./random.ts";

/** What may become of things, by kind. The first of each list is the friendly one. */
export const FATES = {
  /** A call over the network, by whoever makes it. */
  call: [
    "at once",
    "after 40 ms",
    "after 900 ms",
    "after 7 s",
    "after 45 s",
    "refused",
    "done, answer lost",
    "caller dies before it",
    "done, caller dies",
  ],
  /** A transaction of a ring. */
  commit: ["committed", "crash before it", "crash inside, rolled back", "crash after it", "refused, rolled back"],
  /** A ring that sets its alarm. */
  arm: ["armed", "crash before it", "crash after it"],
  /** A ring between two calls. */
  idle: ["stays", "evicted", "crashes"],
  /** A ring that crashed. */
  restart: ["back at once", "back after 4 s", "back after 30 s"],
  /** Several messages sent together. */
  publish: ["all sent", "half sent, then refused"],
  /** A node's code. */
  node: ["works", "fails", "fails for good", "lies", "hangs", "throws"],
  /** A message on its way to a consumer. */
  delivery: ["at once", "after 300 ms", "after 6 s", "after 50 s", "lost", "twice", "twice, 8 s apart"],
  /** An alarm that is due. */
  alarm: ["in time", "500 ms late", "20 s late", "80 s late", "twice"],
  /** A component's clock, for one life. */
  clock: ["right", "70 ms ahead", "70 ms behind", "4 s ahead", "4 s behind", "10 min ahead", "10 min behind"],
} as const;

export type Kind = keyof typeof FATES;
export type Fate<K extends Kind> = (typeof FATES)[K][number];

/** The probability of each unfriendly fate, in the order of FATES. */
export type Weather = { readonly [K in Kind]: readonly number[] };

/**
 * The weather of a seed. Each kind of trouble is absent in some worlds and frequent in others, for worlds in which
 * everything goes wrong at once hide what only a few troubles together can reach.
 */
export function weatherOf(seed: number): Weather {
  const random = new Random(seed ^ 0x5eed);
  const rates = (...most: number[]): readonly number[] =>
    most.map((rate) => (random.chance(0.5) ? rate * random.pick([0.1, 0.4, 1]) : 0));
  return {
    call: rates(0.3, 0.15, 0.15, 0.08, 0.08, 0.08, 0.03, 0.03),
    commit: rates(0.05, 0.06, 0.15, 0.06),
    arm: rates(0.03, 0.03),
    idle: rates(0.6, 0.1),
    restart: rates(0.5, 0.4),
    publish: rates(0.2),
    node: rates(0.3, 0.1, 0.1, 0.1, 0.1),
    delivery: rates(0.2, 0.15, 0.1, 0.15, 0.3, 0.2),
    alarm: rates(0.3, 0.2, 0.15, 0.2),
    clock: rates(0.3, 0.3, 0.2, 0.2, 0.05, 0.05),
  };
}

/** A world in which nothing goes wrong. */
export const FAIR_WEATHER: Weather = {
  call: [],
  commit: [],
  arm: [],
  idle: [],
  restart: [],
  publish: [],
  node: [],
  delivery: [],
  alarm: [],
  clock: [],
};

/** A world in which nodes fail and nothing else does. */
export const POOR_NODES: Weather = { ...FAIR_WEATHER, node: [0.2, 0.2, 0.1, 0.05, 0.1] };
