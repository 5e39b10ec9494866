import type { QueueMessage } from "../../core/dead-letters/message.ts";
import { TERMINAL_RUN } from "../../core/run/state.ts";
import type { StartedMessage, Work } from "../../core/run/work.ts";
import type { Clock } from "../../spi/clock.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import type { RunReader } from "./run-reader.ts";

export interface StandingPorts {
  readonly coordinator: RunCoordinator;
  readonly runs: RunReader;
  readonly index: RunIndex;
  readonly clock: Clock;
}

/**
 * Whether a message that died still matters. `waiting`: whoever it is for still waits for exactly this message. `stale`:
 * it goes on without it. `ended`: there is nothing left to go on.
 */
export interface Standing {
  readonly kind: "waiting" | "stale" | "ended";
  /** For a person. */
  readonly reason: string;
}

/** Asks whoever a message is for. Rejects with SERVICE_UNAVAILABLE when they cannot be asked. */
export function standingOf(message: QueueMessage, ports: StandingPorts): Promise<Standing> {
  switch (message.type) {
    case "work":
      return standingOfWork(message.work, ports);
    case "archive":
      return standingOfArchive(message, ports);
    case "started":
      return standingOfNews(message, ports);
  }
}

async function standingOfWork(work: Work, { coordinator, runs, clock }: StandingPorts): Promise<Standing> {
  const held = await coordinator.values(work.runId, work.segment, work.token);
  if (held !== null && work.expiresAt > clock.now()) {
    return { kind: "waiting", reason: `run ${work.runId} waits for segment ${work.segment} under this lease` };
  }
  const state = await runs.read(work.tenant, work.runId);
  if (!state) return { kind: "ended", reason: `there is no run ${work.runId} any more` };
  const { status } = state.header;
  if (TERMINAL_RUN.has(status)) return { kind: "ended", reason: `run ${work.runId} has ended: ${status}` };
  return { kind: "stale", reason: `run ${work.runId} is ${status} and goes on under another lease than this one` };
}

async function standingOfArchive(
  { ring, batch }: { readonly ring: number; readonly batch: number },
  { coordinator }: StandingPorts,
): Promise<Standing> {
  if ((await coordinator.batch(ring, batch)) === null) return { kind: "ended", reason: "its runs are archived" };
  return { kind: "waiting", reason: `ring ${ring} waits for batch ${batch} to be archived` };
}

async function standingOfNews(message: StartedMessage, { coordinator, index }: StandingPorts): Promise<Standing> {
  for (const { tenant, runId, revision } of message.runs) {
    const known = await index.get(tenant, runId);
    if (known && (known.finishedAt !== null || known.revision >= revision)) continue;
    if ((await coordinator.read(runId)) !== null) {
      return { kind: "waiting", reason: `the index does not know how run ${runId} stands` };
    }
  }
  return { kind: "ended", reason: "the index knows all it has to tell" };
}
