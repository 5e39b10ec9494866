import { fileURLToPath } from "node:url";
import { judgeText } from "../../../src/core/scan/judge-text.ts";
import type { BenchOptions, BenchReport, BenchRow } from "../report.ts";
import { stampedDocument, writeCorpus } from "./corpus.ts";
import { timed, type TimedProcess } from "./timed-process.ts";

const ONEX = fileURLToPath(new URL("../../../src/cli/onex.mjs", import.meta.url));
const FLOOR = fileURLToPath(new URL("floor.ts", import.meta.url));
const FILES = 5_000;
/** Memory is compared between two and eight times the files: by then every thread is at work. */
const PARTS = { few: 2, many: 8 };
const MAX_MEMORY_RATIO = 1.5;
const MIN_FILES_PER_SECOND = 2_000;
const DEFAULT_ROUNDS = 3;
const MEGABYTE = 1024 * 1024;

/**
 * How fast `onex validate` is, from the start of the process to its end, beside a program that only reads and hashes the
 * same files; how much memory it holds for few and for many files; and what the verdict on one document costs.
 */
export async function run({ rounds, log }: BenchOptions): Promise<BenchReport> {
  log(`writing ${FILES * PARTS.many} files`);
  const corpus = writeCorpus(PARTS.many, FILES);
  const count = rounds ?? DEFAULT_ROUNDS;
  try {
    const speedOf = async (parts: number): Promise<BenchRow> => {
      const folders = corpus.parts.slice(0, parts);
      const floor = await best(count, log, `floor, ${parts * FILES} files`, () => timed(FLOOR, folders));
      const process = await best(count, log, `validate, ${parts * FILES} files`, () => validated(folders));
      return speed(parts * FILES, process, floor);
    };
    const memoryOf = async (parts: number): Promise<number> => {
      const outcomes = [];
      for (let round = 0; round < count; round++) outcomes.push(await validated(corpus.parts.slice(0, parts)));
      return Math.min(...outcomes.map(({ peakBytes }) => peakBytes));
    };
    const [small, large] = [await speedOf(1), await speedOf(PARTS.many)];
    const [few, many] = [await memoryOf(PARTS.few), await memoryOf(PARTS.many)];
    return {
      bench: "metadata",
      rows: [
        small,
        large,
        memoryRow(PARTS.few * FILES, few),
        memoryRow(PARTS.many * FILES, many),
        { case: "one document of 4 KB", metric: "verdict", value: verdictMicroseconds(), unit: "µs" },
      ],
      targets: [
        {
          name: `validate ${FILES} files of 4 KB`,
          target: `≥ ${MIN_FILES_PER_SECOND} files/s`,
          value: small.value,
          met: small.value >= MIN_FILES_PER_SECOND,
        },
        {
          name: `memory for ${PARTS.many / PARTS.few} times the files`,
          target: `≤ ${MAX_MEMORY_RATIO}×`,
          value: many / few,
          met: many / few <= MAX_MEMORY_RATIO,
        },
      ],
    };
  } finally {
    corpus.remove();
  }
}

const memoryRow = (files: number, bytes: number): BenchRow => ({
  case: `${files} files`,
  metric: "peak memory",
  value: bytes / MEGABYTE,
  unit: "MB",
});

async function validated(folders: readonly string[]): Promise<TimedProcess> {
  const outcome = await timed(ONEX, ["validate", ...folders, "--json"]);
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

function speed(files: number, process: TimedProcess, floor: TimedProcess): BenchRow {
  const perSecond = (one: TimedProcess): number => (files / one.milliseconds) * 1_000;
  return {
    case: `${files} files`,
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
