import { setImmediate as turn } from "node:timers/promises";
import type { Profile } from "../../core/metadata/profile.ts";
import { emptyVerdict, withProblems } from "../../core/scan/verdict.ts";
import type { Found } from "../files/walk.ts";
import type { FileToJudge } from "./judge-file.ts";
import { lineOf, scanLine, type ScanLine } from "./scan-line.ts";
import { scanPool, type ScanPool } from "./scan-pool.ts";

export interface ScanOptions {
  readonly profiles: readonly Profile[];
  /** Whether the file must carry metadata. */
  readonly isRequired: (file: { readonly path: string; readonly absolute: string }) => boolean;
  /** How many files make threads worth their start. */
  readonly threadsFrom?: number;
  readonly startPool?: (profiles: readonly Profile[]) => ScanPool;
}

const BATCH = 64;
/** One thread judges more than 5,000 files a second; loading others and talking to them costs what thousands of files do. */
const THREADS_FROM = 4_000;
/** Judged batches that wait for one before them. */
const MAX_WAITING = 32;

type Lines = readonly ScanLine[];

/**
 * Judges what a walk finds, in its order. Holds no more than some batches at once, however many files there are. A longer
 * scan is shared with other threads once they have loaded; this one goes on judging beside them.
 */
export async function* scan(found: Iterable<Found>, options: ScanOptions): AsyncGenerator<ScanLine> {
  const { profiles, threadsFrom = THREADS_FROM, startPool = scanPool } = options;
  let pool: ScanPool | null = null;
  let count = 0;
  try {
    const waiting: (Lines | Promise<Lines>)[] = [];
    for (const batch of batches(found)) {
      count += batch.length;
      if (count > threadsFrom) pool ??= startPool(profiles);
      waiting.push(pool?.hasRoom() === true ? judgeInPool(batch, options, pool) : judgeHere(batch, options));
      // Answers of threads come in between two batches of our own.
      if (pool !== null) await turn();
      while (waiting.length > MAX_WAITING || !(waiting[0] instanceof Promise)) {
        const first = waiting.shift();
        if (first === undefined) break;
        yield* await first;
      }
    }
    for (const lines of waiting) yield* await lines;
  } finally {
    await pool?.close();
  }
}

function* batches(found: Iterable<Found>): Generator<readonly Found[]> {
  let batch: Found[] = [];
  for (const one of found) {
    if (one.kind === "directory") continue;
    batch.push(one);
    if (batch.length === BATCH) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

type Entry = Found & { readonly kind: "file" | "problem" | "directory" };

const judgeHere = (batch: readonly Entry[], options: ScanOptions): Lines =>
  batch.map((one) =>
    one.kind === "problem" ? problemLine(one, options.profiles) : scanLine(toJudge(one, options), options.profiles),
  );

const problemLine = (found: Extract<Found, { readonly kind: "problem" }>, profiles: readonly Profile[]): ScanLine =>
  lineOf(withProblems(emptyVerdict(found.path, profiles), [found.problem]));

const toJudge = ({ path, absolute }: Entry, { isRequired }: ScanOptions): FileToJudge => ({
  path,
  absolute,
  required: isRequired({ path, absolute }),
});

function judgeInPool(batch: readonly Found[], options: ScanOptions, pool: ScanPool): Promise<Lines> {
  const files = batch.filter((one) => one.kind === "file").map((one) => toJudge(one, options));
  const judged = pool.judge(files).then((answers) => {
    const lines = answers.values();
    return batch.map((one) =>
      one.kind === "problem" ? problemLine(one, options.profiles) : (lines.next().value as ScanLine),
    );
  });
  // Whoever waits for these lines is told when they fail; nobody waits yet.
  judged.catch(() => undefined);
  return judged;
}
