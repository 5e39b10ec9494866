import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Profile } from "../../core/metadata/profile.ts";
import { CommandFailure } from "../shell.ts";
import type { FileToJudge } from "./judge-file.ts";
import type { ScanLine } from "./scan-line.ts";
import type { ScanReply, ScanRequest, ScanWorkerData } from "./scan-worker.ts";

/** Threads that judge files, beside the one that asks them to. */
export interface ScanPool {
  /** True when a thread is loaded and has little to do; until then whoever has files had better judge them himself. */
  hasRoom(): boolean;
  /** Judges a batch; lines come in the order of its files. Rejects, then and ever after, when a thread has died. */
  judge(files: readonly FileToJudge[]): Promise<readonly ScanLine[]>;
  close(): Promise<void>;
}

/** More threads than this wait for the disk. */
const MAX_THREADS = 7;
/** One batch to work on, and one at hand. */
const MAX_LOAD = 2;

interface Thread {
  readonly worker: Worker;
  /** Batches it was given and has not answered; Infinity until it is loaded. */
  load: number;
}

interface Waiting {
  readonly resolve: (lines: readonly ScanLine[]) => void;
  readonly reject: (reason: Error) => void;
}

/** The package holds JavaScript, its sources TypeScript. */
const EXTENSION = import.meta.url.endsWith(".ts") ? ".ts" : ".js";

/** Starts a thread for every core but one. */
export function scanPool(
  profiles: readonly Profile[],
  threads = Math.min(availableParallelism() - 1, MAX_THREADS),
): ScanPool {
  const waiting = new Map<number, Waiting>();
  let failure: Error | null = null;
  let batches = 0;
  const fail = (thrown: unknown): void => {
    failure ??= new CommandFailure("a judging thread ended unexpectedly", { cause: thrown });
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const pool = Array.from({ length: threads }, (): Thread => {
    const worker = new Worker(new URL(`./scan-worker${EXTENSION}`, import.meta.url), {
      workerData: { profiles } satisfies ScanWorkerData,
    });
    const thread = { worker, load: Infinity };
    worker.on("message", (reply: ScanReply) => {
      if (reply === "ready") thread.load = 0;
      else {
        thread.load--;
        waiting.get(reply.batch)?.resolve(reply.lines);
        waiting.delete(reply.batch);
      }
    });
    worker.on("error", fail);
    return thread;
  });
  return {
    hasRoom: () => failure === null && pool.some(({ load }) => load < MAX_LOAD),
    judge(files) {
      const [thread] = [...pool].sort((a, b) => a.load - b.load);
      if (failure !== null || thread === undefined)
        return Promise.reject(failure ?? new CommandFailure("there is no thread"));
      return new Promise((resolve, reject) => {
        const batch = batches++;
        waiting.set(batch, { resolve, reject });
        thread.load++;
        thread.worker.postMessage({ batch, files } satisfies ScanRequest);
      });
    },
    close: async () => {
      await Promise.all(pool.map(({ worker }) => worker.terminate()));
    },
  };
}
