import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import type { UsedSecrets } from "../../core/secret/redact.ts";
import type { LogCapture } from "./log-capture.ts";
import type { Outcome } from "./outcome.ts";

/** What an executor has of the runner. */
export interface Execution {
  readonly item: WorkItemWire;
  /** The node's code, its hash verified; null for a node without. */
  readonly code: string | null;
  readonly log: LogCapture;
  /** Aborted when nobody waits for the item any more. */
  readonly signal: AbortSignal;
  /** The secrets that the item's contract names, by name: for its process's environment alone. */
  readonly secrets: UsedSecrets;
  /** A folder for this attempt alone, which is removed after it. */
  readonly folder: string;
}

/** What came of an attempt. */
export interface Executed {
  readonly outcome: Outcome;
  readonly durationMs: number;
}

/** Executes the nodes of one entrypoint type. Never rejects for what a node does. */
export type Executor = (execution: Execution) => Promise<Executed>;
