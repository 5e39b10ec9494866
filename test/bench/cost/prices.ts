import type { Counts } from "./meter.ts";

/** A kind of operation somebody pays for. */
export type Billed =
  | "workerRequests"
  | "objectRequests"
  | "objectRowsWritten"
  | "objectRowsRead"
  | "d1RowsWritten"
  | "d1RowsRead"
  | "queueOperations"
  | "r2Writes"
  | "r2Reads";

/** List prices of Cloudflare's paid plan in USD per million operations, November 2026, without the included amounts. */
export const PRICES: Readonly<Record<Billed, number>> = {
  workerRequests: 0.3,
  objectRequests: 0.15,
  objectRowsWritten: 1,
  objectRowsRead: 0.001,
  d1RowsWritten: 1,
  d1RowsRead: 0.001,
  queueOperations: 0.4,
  r2Writes: 4.5,
  r2Reads: 0.36,
};

/** USD per million milliseconds of CPU. */
export const CPU_PRICE = 0.02;
/** USD per gigabyte and month of what a Workflow keeps. */
export const WORKFLOW_STORAGE_PRICE = 0.2;

export const BILLED = Object.keys(PRICES) as readonly Billed[];

/** What a million of something costs in USD, from the operations one of it takes. */
export const usdPerMillion = (one: Readonly<Pick<Counts, Billed>>): number =>
  BILLED.reduce((sum, kind) => sum + one[kind] * PRICES[kind], 0);
