import { parentPort, workerData } from "node:worker_threads";
import type { Profile } from "../../core/metadata/profile.ts";
import type { FileToJudge } from "./judge-file.ts";
import { scanLine, type ScanLine } from "./scan-line.ts";

/** What a judging thread is started with. */
export interface ScanWorkerData {
  readonly profiles: readonly Profile[];
}

export interface ScanRequest {
  readonly batch: number;
  readonly files: readonly FileToJudge[];
}

export type ScanReply = "ready" | { readonly batch: number; readonly lines: readonly ScanLine[] };

const { profiles } = workerData as ScanWorkerData;
const port = parentPort;
port?.on("message", ({ batch, files }: ScanRequest) => {
  port.postMessage({ batch, lines: files.map((file) => scanLine(file, profiles)) } satisfies ScanReply);
});
port?.postMessage("ready" satisfies ScanReply);
