import type { Carried } from "../call/asker.ts";
import type { WorkItem } from "../run/dispatch/work-item.ts";
import type { RunId } from "../run/model/state.ts";
import type { RunSummary } from "../run/model/summary.ts";
import type { Redrive } from "./redrive.ts";

/** A segment to execute. Travels on the execute queue, as `ReplanMessage` does. */
export interface ExecuteMessage {
  readonly type: "work";
  readonly version: 1;
  readonly work: WorkItem;
  readonly redrive?: Redrive;
}

/** A run's steps have died: whoever knows the registry finds it another plan and answers its ring. */
export interface ReplanMessage extends Carried {
  readonly type: "replan";
  readonly version: 1;
  readonly runId: RunId;
  readonly tenant: string;
  readonly correlationId: string;
  readonly token: string;
  readonly redrive?: Redrive;
}

/** A ring asks for a batch of its finished runs to be fetched and archived. */
export interface ArchiveMessage {
  readonly type: "archive";
  readonly version: 1;
  readonly ring: number;
  readonly batch: number;
  readonly redrive?: Redrive;
}

/**
 * How unfinished runs stand now: sent when a run that does not end inline has started, and whenever its status changes
 * without an end. May arrive late, twice or never: the index takes the highest revision, and the end over everything.
 */
export interface StartedMessage {
  readonly type: "started";
  readonly version: 1;
  readonly runs: readonly RunSummary[];
  readonly redrive?: Redrive;
}

/**
 * Runs of a ring that were set aside in quarantine or have left it. Says nothing of how they stand: whoever hears it asks
 * the ring, so that it may arrive late, twice and in any order.
 */
export interface QuarantineMessage {
  readonly type: "quarantine";
  readonly version: 1;
  readonly ring: number;
  readonly runs: readonly RunId[];
  readonly redrive?: Redrive;
}

/** What travels on the events queue. */
export type EventMessage = ArchiveMessage | StartedMessage | QuarantineMessage;

/** A message names so many runs at most. */
const NAMED_TOGETHER = 500;

/** The messages that tell which runs were set aside or have come back, as few as possible. */
export function quarantineMessages(ring: number, runs: readonly RunId[]): readonly QuarantineMessage[] {
  const messages: QuarantineMessage[] = [];
  for (let from = 0; from < runs.length; from += NAMED_TOGETHER)
    messages.push({ type: "quarantine", version: 1, ring, runs: runs.slice(from, from + NAMED_TOGETHER) });
  return messages;
}

/** A message may take 128 KB and is billed by 64 KB; a character takes at most three bytes. */
const MESSAGE_CHARS = 20_000;

/** The messages that bring unfinished runs into the index, as few as possible. */
export function startedMessages(runs: readonly RunSummary[]): readonly StartedMessage[] {
  const messages: RunSummary[][] = [];
  let room = 0;
  for (const run of runs) {
    const fitting = fittingMessage(run);
    const chars = JSON.stringify(fitting).length;
    if (room < chars || messages.length === 0) {
      messages.push([]);
      room = MESSAGE_CHARS;
    }
    messages.at(-1)?.push(fitting);
    room -= chars;
  }
  return messages.map((own) => ({ type: "started", version: 1, runs: own }));
}

/** A run with so many large values that their keys fill a message goes without them; its end brings them all. */
const fittingMessage = (run: RunSummary): RunSummary =>
  JSON.stringify(run.values).length < MESSAGE_CHARS ? run : { ...run, values: [] };
