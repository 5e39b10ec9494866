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
}

const BATCH = 64;
/** One thread judges more than 5,000 files a second; loading others and talking to them costs what thousands of files do. */
const THREADS_FROM = 4_000;

/**
 * Judges what a walk finds, in its order. Holds no more than a few batches at once, however many files there are: a
 * longer scan is handed to threads once they have loaded, and goes on here until then.
 */
export async function* scan(found: Iterable<Found>, options: ScanOptions): AsyncGenerator<ScanLine> {
  const { profiles, threadsFrom = THREADS_FROM } = options;
  let pool: ScanPool | null = null;
  let count = 0;
  try {
    const inFlight: Promise<readonly ScanLine[]>[] = [];
    for (const batch of batches(found)) {
      count += batch.length;
      if (count > threadsFrom) pool ??= scanPool(profiles);
      if (pool?.isReady() === true) {
        inFlight.push(judgeInPool(batch, options, pool));
        if (inFlight.length >= pool.width) yield* await (inFlight.shift() as Promise<readonly ScanLine[]>);
      } else {
        yield* batch.map((one) => judgeHere(one, options));
        if (pool !== null) await turn();
      }
    }
    for (const lines of inFlight) yield* await lines;
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

function judgeHere(found: Entry, options: ScanOptions): ScanLine {
  return found.kind === "problem"
    ? problemLine(found, options.profiles)
    : scanLine(toJudge(found, options), options.profiles);
}

const problemLine = (found: Extract<Found, { readonly kind: "problem" }>, profiles: readonly Profile[]): ScanLine =>
  lineOf(withProblems(emptyVerdict(found.path, profiles), [found.problem]));

const toJudge = ({ path, absolute }: Entry, { isRequired }: ScanOptions): FileToJudge => ({
  path,
  absolute,
  required: isRequired({ path, absolute }),
});

async function judgeInPool(
  batch: readonly Found[],
  options: ScanOptions,
  pool: ScanPool,
): Promise<readonly ScanLine[]> {
  const files = batch.filter((one) => one.kind === "file").map((one) => toJudge(one, options));
  const lines = (await pool.judge(files)).values();
  return batch.map((one) =>
    one.kind === "problem" ? problemLine(one, options.profiles) : (lines.next().value as ScanLine),
  );
}
