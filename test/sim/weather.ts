import { Random } from "./random.ts";

/** How one call over a network or into a store goes. */
export interface CallFate {
  readonly says: string;
  readonly delayMs: number;
  readonly does: "works" | "is refused" | "goes unheard" | "caller dies before" | "caller dies after";
}

/** Answer 0 of a decision is the first line of its table. */
export const CALL_FATES: readonly CallFate[] = [
  { says: "at once", delayMs: 1, does: "works" },
  { says: "after 40 ms", delayMs: 40, does: "works" },
  { says: "after 900 ms", delayMs: 900, does: "works" },
  { says: "after 7 s", delayMs: 7_000, does: "works" },
  { says: "after 45 s", delayMs: 45_000, does: "works" },
  { says: "refused", delayMs: 5, does: "is refused" },
  { says: "done, answer lost", delayMs: 5, does: "goes unheard" },
  { says: "caller dies before it", delayMs: 5, does: "caller dies before" },
  { says: "done, caller dies", delayMs: 5, does: "caller dies after" },
];

export const COMMIT_FATES = [
  "committed",
  "crash before",
  "crash inside, rolled back",
  "crash after",
  "refused, rolled back",
] as const;
export const ARM_FATES = ["armed", "crash before", "crash after"] as const;
export const RESTART_FATES = ["back at once", "back after 4 s", "back after 30 s"] as const;
export const IDLE_FATES = ["stays", "evicted", "crashed"] as const;
export const PUBLISH_FATES = ["whole", "half of it, then refused"] as const;
export const NODE_FATES = ["works", "fails", "fails for good", "lies", "hangs", "throws"] as const;

/** Milliseconds until a message is delivered; "lost" and "twice" are told apart by the queue. */
export const DELIVERY_FATES = ["at once", "after 300 ms", "after 6 s", "after 50 s", "lost", "twice", "twice, 8 s apart"] as const;
export const ALARM_FATES = ["in time", "500 ms late", "20 s late", "80 s late", "twice"] as const;
/** Milliseconds a component's clock is wrong by. */
export const SKEWS = [0, 70, -70, 4_000, -4_000, 600_000, -600_000] as const;

/** The probability of each unfriendly line of the tables. */
export interface Weather {
  readonly call: readonly number[];
  readonly commit: readonly number[];
  readonly arm: readonly number[];
  readonly idle: readonly number[];
  readonly restart: readonly number[];
  readonly publish: readonly number[];
  readonly node: readonly number[];
  readonly delivery: readonly number[];
  readonly alarm: readonly number[];
  readonly skew: readonly number[];
}

/**
 * The weather of a seed. Each kind of trouble is absent in some worlds and frequent in others, for worlds in which
 * everything goes wrong at once hide what only a few troubles together can reach.
 */
export function weatherOf(seed: number): Weather {
  const random = new Random(seed ^ 0x5eed);
  const rate = (most: number): number => (random.chance(0.5) ? most * random.pick([0.1, 0.4, 1]) : 0);
  return {
    call: [rate(0.3), rate(0.15), rate(0.1), rate(0.05), rate(0.08), rate(0.08), rate(0.03), rate(0.03)],
    commit: [rate(0.05), rate(0.06), rate(0.15), rate(0.06)],
    arm: [rate(0.03), rate(0.03)],
    idle: [rate(0.6), rate(0.1)],
    restart: [rate(0.5), rate(0.4)],
    publish: [rate(0.2)],
    node: [rate(0.3), rate(0.1), rate(0.1), rate(0.1), rate(0.1)],
    delivery: [rate(0.2), rate(0.1), rate(0.1), rate(0.15), rate(0.2), rate(0.2)],
    alarm: [rate(0.3), rate(0.2), rate(0.15), rate(0.2)],
    skew: [rate(0.3), rate(0.3), rate(0.2), rate(0.2), rate(0.05), rate(0.05)],
  };
}

const none = (fates: readonly unknown[]): readonly number[] => fates.slice(1).map(() => 0);

/** A world in which nothing goes wrong. */
export const FAIR_WEATHER: Weather = {
  call: none(CALL_FATES),
  commit: none(COMMIT_FATES),
  arm: none(ARM_FATES),
  idle: none(IDLE_FATES),
  restart: none(RESTART_FATES),
  publish: none(PUBLISH_FATES),
  node: none(NODE_FATES),
  delivery: none(DELIVERY_FATES),
  alarm: none(ALARM_FATES),
  skew: none(SKEWS),
};
