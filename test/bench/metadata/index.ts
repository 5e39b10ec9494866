import { fileURLToPath } from "node:url";
import { judgeText } from "../../../src/core/scan/judge-text.ts";
import type { BenchOptions, BenchReport, BenchRow } from "../report.ts";
import { type Corpus, stampedDocument, writeCorpus } from "./corpus.ts";
import { timed, type TimedProcess } from "./timed-process.ts";

const ONEX = fileURLToPath(new URL("../../../src/cli/onex.mjs", import.meta.url));
const FLOOR = fileURLToPath(new URL("floor.ts", import.meta.url));
const FILES = 5_000;
/** So many times the files must not take more than so many times the memory. */
const GROWTH = 8;
const MAX_MEMORY_RATIO = 1.5;
const MIN_FILES_PER_SECOND = 2_000;
const DEFAULT_ROUNDS = 3;
const MEGABYTE = 1024 * 1024;

/**
 * How fast `onex validate` is, from the start of the process to its end, beside a program that only reads and hashes the
 * same files; how much memory it holds for few and for many files; and what the verdict on one document costs.
 */
export async function run({ rounds, log }: BenchOptions): Promise<BenchReport> {
  log(`writing ${FILES * (GROWTH + 1)} files`);
  const small = writeCorpus(FILES);
  const large = writeCorpus(FILES * GROWTH);
  try {
    const count = rounds ?? DEFAULT_ROUNDS;
    const floor = await best(count, log, "floor", () => timed(FLOOR, [small.path]));
    const validation = await best(count, log, "validate", () => validated(small));
    const many = await best(1, log, "validate many", () => validated(large));
    const manyFloor = await best(1, log, "floor of many", () => timed(FLOOR, [large.path]));
    const memory = many.peakBytes / validation.peakBytes;
    const rows: readonly BenchRow[] = [
      speed(
        `${small.files} files of ${Math.round(small.bytes / small.files / 102.4) / 10} KB`,
        small,
        validation,
        floor,
      ),
      speed(`${large.files} files`, large, many, manyFloor),
      { case: `${small.files} files`, metric: "peak memory", value: validation.peakBytes / MEGABYTE, unit: "MB" },
      { case: `${large.files} files`, metric: "peak memory", value: many.peakBytes / MEGABYTE, unit: "MB" },
      { case: "one document of 4 KB", metric: "verdict", value: verdictMicroseconds(), unit: "µs" },
    ];
    const perSecond = rows[0]?.value ?? 0;
    return {
      bench: "metadata",
      rows,
      targets: [
        {
          name: `validate ${FILES} files`,
          target: `≥ ${MIN_FILES_PER_SECOND} files/s`,
          value: perSecond,
          met: perSecond >= MIN_FILES_PER_SECOND,
        },
        {
          name: `memory for ${GROWTH} times the files`,
          target: `≤ ${MAX_MEMORY_RATIO}×`,
          value: memory,
          met: memory <= MAX_MEMORY_RATIO,
        },
      ],
    };
  } finally {
    small.remove();
    large.remove();
  }
}

async function validated({ path }: Corpus): Promise<TimedProcess> {
  const outcome = await timed(ONEX, ["validate", path, "--json"]);
  if (outcome.exitCode !== 0) throw new Error("the corpus did not verify");
  return outcome;
}

async function best(
  rounds: number,
  log: BenchOptions["log"],
  name: string,
  measure: () => Promise<TimedProcess>,
): Promise<TimedProcess> {
  let fastest: TimedProcess | null = null;
  for (let round = 1; round <= rounds; round++) {
    const outcome = await measure();
    log(`${name} ${round}/${rounds}: ${Math.round(outcome.milliseconds)} ms`);
    if (fastest === null || outcome.milliseconds < fastest.milliseconds) fastest = outcome;
  }
  if (fastest === null) throw new Error("at least one round is needed");
  return fastest;
}

function speed(name: string, { files }: Corpus, process: TimedProcess, floor: TimedProcess): BenchRow {
  const perSecond = (one: TimedProcess): number => (files / one.milliseconds) * 1_000;
  return {
    case: name,
    metric: "validate",
    value: perSecond(process),
    unit: "files/s",
    floor: perSecond(floor),
    ratio: perSecond(process) / perSecond(floor),
  };
}

function verdictMicroseconds(): number {
  const texts = Array.from({ length: 200 }, (_, i) => stampedDocument(i));
  const judgeAll = (): void => {
    for (const text of texts) judgeText(text, { path: "page.md", profiles: ["canonical", "permissive"] });
  };
  for (let warm = 0; warm < 5; warm++) judgeAll();
  const start = performance.now();
  for (let round = 0; round < 10; round++) judgeAll();
  return ((performance.now() - start) * 1_000) / (10 * texts.length);
}
