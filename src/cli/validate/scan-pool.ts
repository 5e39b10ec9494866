import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { Profile } from "../../core/metadata/profile.ts";
import { CommandFailure } from "../shell.ts";
import type { FileToJudge } from "./judge-file.ts";
import type { ScanLine } from "./scan-line.ts";
import type { ScanReply, ScanRequest, ScanWorkerData } from "./scan-worker.ts";

/** Threads that judge files. */
export interface ScanPool {
  /** True once the threads have loaded; until then whoever has files had better judge them himself. */
  isReady(): boolean;
  /** Batches that may wait at once without a thread idling. */
  readonly width: number;
  /** Judges a batch; lines come in the order of its files. */
  judge(files: readonly FileToJudge[]): Promise<readonly ScanLine[]>;
  close(): Promise<void>;
}

/** More threads than this wait for the disk. */
const MAX_THREADS = 8;

interface Waiting {
  readonly resolve: (lines: readonly ScanLine[]) => void;
  readonly reject: (reason: Error) => void;
}

/** Starts as many threads as there are cores. */
export function scanPool(
  profiles: readonly Profile[],
  threads = Math.min(availableParallelism(), MAX_THREADS),
): ScanPool {
  const waiting = new Map<number, Waiting>();
  let ready = 0;
  let failure: Error | null = null;
  const fail = (thrown: unknown): void => {
    failure ??= new CommandFailure("a judging thread ended unexpectedly", { cause: thrown });
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const workers = Array.from({ length: threads }, () => {
    const worker = new Worker(new URL("./scan-worker.ts", import.meta.url), {
      workerData: { profiles } satisfies ScanWorkerData,
    });
    worker.on("message", (reply: ScanReply) => {
      if (reply === "ready") ready++;
      else {
        waiting.get(reply.batch)?.resolve(reply.lines);
        waiting.delete(reply.batch);
      }
    });
    worker.on("error", fail);
    // A scan that gives up must not wait for its threads.
    worker.unref();
    return worker;
  });
  let batches = 0;
  return {
    isReady: () => ready === threads || failure !== null,
    width: threads * 2,
    judge: (files) =>
      new Promise((resolve, reject) => {
        if (failure !== null) {
          reject(failure);
          return;
        }
        const batch = batches++;
        waiting.set(batch, { resolve, reject });
        const worker = workers[batch % threads] as Worker;
        worker.ref();
        worker.postMessage({ batch, files } satisfies ScanRequest);
      }),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
