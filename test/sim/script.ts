import type { Random } from "./random.ts";
import type { Themes } from "./themes.ts";

/** What somebody outside may do. Nodes are named by their place in the scenario. */
export type Does =
  | { readonly what: "submit"; readonly body: "same" | "other"; readonly waitMs: number }
  | { readonly what: "approve"; readonly approved: boolean }
  | {
      readonly what: "rerun";
      /** The place of the step to begin with; null for all of them. */
      readonly step: number | null;
      readonly downstream: boolean;
      /** Whether it gets another given value, or a newer version of some node. */
      readonly edit: "none" | "given" | "version";
    }
  | { readonly what: "send event"; readonly keyed: boolean }
  | { readonly what: "move"; readonly node: number; readonly to: "deprecated" | "archived" }
  | { readonly what: "register"; readonly node: number }
  | {
      /** A bus message; those of one key are the same. */
      readonly what: "trigger";
      readonly key: number;
      readonly asks: "a node" | "a goal" | "anybody" | "nobody";
      readonly node: number;
      readonly how: "through the gateway" | "straight to the queue";
    }
  | { readonly what: Plain };

/** Needs no more words. */
type Plain =
  | "read"
  | "cancel"
  | "pause"
  | "resume"
  | "replay"
  | "export"
  | "import"
  | "delete"
  | "redrive the dead"
  | "spoil the cache";

/** One thing somebody outside does, at a moment counted from the start. */
export interface Act {
  readonly atMs: number;
  /** The request it is about, by place. */
  readonly request: number;
  readonly does: Does;
}

/** Clients act within this time. */
export const ACTING_MS = 40_000;
/** In some worlds they come back after this long, when keys are forgotten and what they did is old. */
export const LATER_MS = 3 * 24 * 60 * 60 * 1_000;
/** Moments fall on a grid, so that things happen at once more often than they would. */
const GRAIN_MS = 250;

type Add = (afterMs: number, does: Does) => void;

const momentOf = (random: Random): number => Math.floor((random.next() ** 2 * ACTING_MS) / GRAIN_MS) * GRAIN_MS;

/** What is done about one request. */
export function script(random: Random, themes: Themes, keyed: boolean, request: number): Act[] {
  const first = momentOf(random) >> 2;
  const acts: Act[] = [];
  const act: Add = (afterMs, does) => void acts.push({ atMs: first + afterMs, request, does });
  submits(random, keyed, themes.has("cache"), act);
  reading(random, act);
  if (themes.has("steering")) steering(random, act);
  if (themes.has("copies")) copies(random, act);
  return acts;
}

function submits(random: Random, keyed: boolean, again: boolean, act: Add): void {
  const submit = (afterMs: number, body: "same" | "other"): void =>
    act(afterMs, { what: "submit", body, waitMs: random.chance(0.25) ? random.pick([500, 20_000]) : 0 });
  submit(0, "same");
  if (!keyed) {
    if (again) for (let times = 2; times > 0; times--) submit(momentOf(random), "same");
    return;
  }
  if (random.chance(0.5)) submit(random.pick([0, 2, 50]), "same");
  if (random.chance(0.6)) submit(momentOf(random), "same");
  if (random.chance(0.3)) submit(random.pick([0, 3, momentOf(random)]), "other");
}

function reading(random: Random, act: Add): void {
  const moment = (): number => momentOf(random);
  while (random.chance(0.4)) act(moment(), { what: "read" });
  // Waits that nobody ends only time out.
  if (random.chance(0.3)) act(moment() >> 2, { what: "send event", keyed: false });
  if (random.chance(0.3)) act(moment() >> 2, { what: "approve", approved: random.chance(0.7) });
  if (random.chance(0.15)) act(moment(), { what: "redrive the dead" });
}

function steering(random: Random, act: Add): void {
  const moment = (): number => momentOf(random);
  if (random.chance(0.5)) act(moment() >> 3, { what: "cancel" });
  if (random.chance(0.5)) {
    act(moment() >> 3, { what: "pause" });
    act(moment(), { what: "resume" });
  }
  if (random.chance(0.3))
    for (let times = 2; times > 0; times--) act(moment() >> 1, { what: "send event", keyed: true });
  if (random.chance(0.4)) act(moment(), { what: "delete" });
}

function copies(random: Random, act: Add): void {
  const moment = (): number => momentOf(random);
  if (random.chance(0.6))
    act(moment(), {
      what: "rerun",
      step: random.chance(0.5) ? random.below(6) : null,
      downstream: random.chance(0.7),
      edit: random.pick(["none", "none", "given", "version"]),
    });
  if (random.chance(0.2)) act(moment(), { what: "replay" });
  if (random.chance(0.5)) {
    const [first = 0, second = 0, third = 0] = [moment(), moment(), moment()].sort((a, b) => a - b);
    act(first, { what: "export" });
    if (random.chance(0.7)) act(second, { what: "delete" });
    act(third, { what: "import" });
  }
}

/** What is done to the registry while runs are under way: a node gets a new version, is withdrawn, or one after the other. */
export function upkeep(random: Random, nodes: number): Act[] {
  const acts: Act[] = [];
  const act = (atMs: number, does: Does): void => void acts.push({ atMs, request: 0, does });
  for (let times = 1 + random.below(2); times > 0; times--) {
    const node = random.below(nodes);
    const at = momentOf(random) >> 1;
    if (random.chance(0.7)) act(at, { what: "register", node });
    if (random.chance(0.6)) act(at + GRAIN_MS, { what: "move", node, to: random.pick(["deprecated", "archived"]) });
  }
  if (random.chance(0.4)) act(momentOf(random), { what: "spoil the cache" });
  return acts;
}

/** What comes over the bus. */
export function messages(random: Random, nodes: number): Act[] {
  const acts: Act[] = [];
  for (let count = 1 + random.below(3); count > 0; count--) {
    const does: Does = {
      what: "trigger",
      key: random.below(2),
      asks: random.pick(["a node", "a node", "a goal", "anybody", "nobody"]),
      node: random.below(nodes),
      how: random.pick(["through the gateway", "straight to the queue"]),
    };
    acts.push({ atMs: momentOf(random) >> 1, request: 0, does });
    if (random.chance(0.4)) acts.push({ atMs: momentOf(random), request: 0, does });
  }
  return acts;
}

/** What is done days later, about requests that were made before. */
export function comeback(random: Random, keyed: readonly boolean[]): Act[] {
  const acts: Act[] = [];
  for (const [request, hasKey] of keyed.entries()) {
    const act: Add = (afterMs, does) => void acts.push({ atMs: LATER_MS + afterMs, request, does });
    const moment = (): number => momentOf(random) >> 1;
    if (random.chance(0.4)) act(moment(), { what: random.pick(["read", "export", "import", "delete"]) });
    if (random.chance(0.3)) act(moment(), { what: "rerun", step: null, downstream: true, edit: "none" });
    if (!hasKey) continue;
    act(moment(), { what: "submit", body: random.pick(["same", "other"]), waitMs: 0 });
    if (random.chance(0.5)) act(moment(), { what: "submit", body: "same", waitMs: 0 });
    if (random.chance(0.3)) act(moment(), { what: "read" });
    if (random.chance(0.2)) act(moment(), { what: "delete" });
  }
  return acts;
}
