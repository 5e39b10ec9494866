import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { BenchOptions, BenchReport, BenchRow, BenchTarget } from "../report.ts";
import { median } from "../loop/statistics.ts";
import { chain } from "../engine/shapes.ts";
import { graphOf, type Kind } from "../engine/nodes.ts";
import { countedEngine } from "./counted-engine.ts";

const ROUNDS = 5;
const RUNS = 10_000;
const LARGEST = 5_000;
const DAY_MS = 24 * 60 * 60 * 1_000;

const UNLIMITED: JsonObject = { max_depth: 10_000 };
const wide = (steps: number): readonly (readonly number[])[] => Array.from({ length: steps }, () => []);

/** A kind of run of any size. */
interface Form {
  readonly name: string;
  readonly kind: Kind;
  readonly shapeOf: (steps: number) => readonly (readonly number[])[];
  readonly sizes: readonly number[];
  readonly policy: JsonObject;
}

const FORMS: readonly Form[] = [
  { name: "chain of effects", kind: "effect", shapeOf: chain, sizes: [10, 100, 1_000, LARGEST], policy: UNLIMITED },
  { name: "effects abreast", kind: "effect", shapeOf: wide, sizes: [10, 100, 1_000, LARGEST], policy: UNLIMITED },
  { name: "pure chain, inline", kind: "pure", shapeOf: chain, sizes: [10, 100, 1_000, LARGEST], policy: UNLIMITED },
  {
    name: "pure chain, one segment",
    kind: "pure",
    shapeOf: chain,
    sizes: [10, 100, 1_000],
    policy: { ...UNLIMITED, inline: "never", segment: { max_steps: 1_000, timeout_ms: 86_400_000 } },
  },
];

/** What a step of a run takes, by the size of the run. */
interface Growth {
  readonly name: string;
  readonly steps: number;
  readonly us: number;
  readonly rows: number;
  readonly chars: number;
  readonly messages: number;
  readonly messageChars: number;
}

/**
 * How cost grows with the size of a run, and what is left when runs are over: the whole system in one process with memory
 * adapters, so time and memory are the engine's own, without a runtime, a network or a database.
 */
export async function run({ rounds, quick, log }: BenchOptions): Promise<BenchReport> {
  const total = rounds ?? (quick ? 1 : ROUNDS);
  const rows: BenchRow[] = [];
  const targets: BenchTarget[] = [];
  // Compiled code for everyone, not for whoever comes later.
  for (const form of FORMS) await measureSize(form, 100, 1);
  for (const form of FORMS) {
    const found: Growth[] = [];
    for (const steps of form.sizes) {
      log(`${form.name}, ${steps} steps`);
      found.push(await measureSize(form, steps, total));
    }
    const first = found[0] as Growth;
    rows.push(...found.flatMap((one) => growthRows(one, first)));
    targets.push(...growthTargets(form.name, first, found.at(-1) as Growth));
  }
  log(`memory of a run of ${LARGEST} steps`);
  rows.push(...(await measureMemory(LARGEST)));
  const kept = await measureKept(quick ? RUNS / 10 : RUNS, log);
  rows.push(...kept.rows);
  targets.push(...kept.targets);
  return {
    bench: "growth",
    rows,
    targets,
    notes: [
      "Memory adapters in one Node process, one ring. Time goes from the request to the archived run.",
      "Rows are the ring's: parts written and removed until it has forgotten the run. Sizes are characters of JSON.",
      "Memory is the heap of this process after a collection.",
    ],
  };
}

/** Small runs are repeated, so that a round always has some thousand steps. */
async function measureSize({ name, kind, shapeOf, policy }: Form, steps: number, rounds: number): Promise<Growth> {
  const payload = graphOf({ before: shapeOf(steps) }, kind, policy);
  const repeats = Math.max(1, Math.round(2_000 / steps));
  const times: number[] = [];
  const per: Omit<Growth, "name" | "steps" | "us">[] = [];
  for (let round = 0; round <= rounds; round++) {
    const { send, deliver, archive, traffic } = await countedEngine();
    await send(payload);
    await deliver();
    await archive();
    Object.assign(traffic, { rowsWritten: 0, charsWritten: 0, messages: 0, messageChars: 0 });
    const start = performance.now();
    for (let i = 0; i < repeats; i++) {
      await send(payload);
      await deliver();
      await archive();
    }
    const done = repeats * steps;
    times.push(((performance.now() - start) * 1_000) / done);
    per.push({
      rows: traffic.rowsWritten / done,
      chars: traffic.charsWritten / done,
      messages: traffic.messages / done,
      messageChars: traffic.messageChars / done,
    });
  }
  // The first round compiles.
  const us = median(times.slice(1));
  return { name: `${name}, ${steps} steps`, steps, us, ...(per[0] as Omit<Growth, "name" | "steps" | "us">) };
}

function growthRows(one: Growth, first: Growth): BenchRow[] {
  const row = (metric: string, unit: string, value: number, base: number): BenchRow => ({
    case: one.name,
    metric,
    value,
    unit,
    floor: base,
    ratio: value / base,
  });
  return [
    row("time", "µs/step", one.us, first.us),
    row("rows", "1/step", one.rows, first.rows),
    row("written", "chars/step", one.chars, first.chars),
    ...(first.messages === 0
      ? []
      : [
          row("messages", "1/step", one.messages, first.messages),
          row("in messages", "chars/step", one.messageChars, first.messageChars),
        ]),
  ];
}

function growthTargets(form: string, first: Growth, last: Growth): BenchTarget[] {
  const within = (name: string, limit: number, of: (growth: Growth) => number): BenchTarget => {
    const value = of(last) / of(first);
    return {
      name: `${form}: ${name} per step, ${last.steps} over ${first.steps} steps`,
      target: `≤ ${limit}`,
      value,
      met: value <= limit,
    };
  };
  return [
    within("rows", 1.1, ({ rows }) => rows),
    within("written", 1.1, ({ chars }) => chars),
    ...(first.messages === 0
      ? []
      : [
          within("messages", 1.1, ({ messages }) => messages),
          within("in messages", 1.1, ({ messageChars }) => messageChars),
        ]),
    within("time", 1.3, ({ us }) => us),
  ];
}

/** What one large run holds while it lives, in the ring's storage and in memory. */
async function measureMemory(steps: number): Promise<BenchRow[]> {
  const collect = collector();
  const { send, deliver, ringChars, archive, engine } = await countedEngine();
  await send(graphOf({ before: chain(3) }, "effect", UNLIMITED));
  await deliver();
  await archive();
  const empty = await collect();
  await send(graphOf({ before: chain(steps) }, "effect", UNLIMITED));
  await deliver();
  const full = await collect();
  const stored = ringChars();
  engine.evict(0);
  const name = `a run of ${steps} steps, ended`;
  return [
    { case: name, metric: "heap", value: (full - empty) / 1e6, unit: "MB" },
    { case: name, metric: "ring storage", value: stored / 1e6, unit: "M chars" },
  ];
}

function collector(): () => Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    return process.memoryUsage().heapUsed;
  };
}

/** What many small runs leave behind: in the ring after the archive, in the archive, and after their time is over. */
async function measureKept(
  runs: number,
  log: (line: string) => void,
): Promise<{ readonly rows: readonly BenchRow[]; readonly targets: readonly BenchTarget[] }> {
  const { engine, send, archive, ringChars, blobChars, advance } = await countedEngine();
  const payload = graphOf({ before: chain(3) }, "pure", UNLIMITED);
  log(`${runs} runs`);
  let largest = 0;
  for (let i = 1; i <= runs; i++) {
    await send(payload);
    if (i % 500 > 0) continue;
    largest = Math.max(largest, ringChars());
    await archive();
  }
  await archive();
  const inRing = ringChars();
  const archived = blobChars();
  log("retention");
  advance(400 * DAY_MS);
  const swept: string[] = [];
  for (let chores = 1; chores > 0;) {
    const { done, failed } = await engine.sweep({ retention: { days: 30 } });
    chores = Object.values(done).reduce((sum, count) => sum + count, 0);
    swept.push(...failed);
    advance(DAY_MS);
  }
  const name = `${runs} runs of 3 steps`;
  const left = blobChars();
  return {
    rows: [
      { case: name, metric: "ring, 500 waiting", value: largest / 1e3, unit: "K chars" },
      { case: name, metric: "ring, all archived", value: inRing / 1e3, unit: "K chars" },
      { case: name, metric: "archive", value: archived / runs, unit: "chars/run" },
      { case: name, metric: "archive after retention", value: left, unit: "chars" },
      { case: name, metric: "ring after retention", value: ringChars() / 1e3, unit: "K chars" },
    ],
    targets: [
      { name: "archive left after retention", target: "0", value: left, met: left === 0 && swept.length === 0 },
      { name: "ring left after the archive", target: "< 10 K chars", value: inRing / 1e3, met: inRing < 10_000 },
    ],
  };
}
