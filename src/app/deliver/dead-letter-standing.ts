import { awaitsPlan } from "../../core/run/reduce/replanning.ts";
import { TERMINAL_RUN } from "../../core/run/model/state.ts";
import type {
  ArchiveMessage,
  ExecuteMessage,
  ReplanMessage,
  StartedMessage,
} from "../../core/messages/ring-messages.ts";
import type { Clock } from "../../spi/clock.ts";
import type { QuarantineIndex } from "../../spi/books/quarantine-index.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import type { SequelBook } from "../../spi/books/sequel-book.ts";
import type { TriggerStore } from "../../spi/trigger-store.ts";
import type { RunReader } from "../runs/run-reader.ts";
import type { Standing } from "./standing.ts";

export interface StandingPorts {
  readonly coordinator: RunCoordinator;
  readonly runs: RunReader;
  readonly index: RunIndex;
  readonly clock: Clock;
  /** What chains and triggers came to. */
  readonly sequels: SequelBook;
  readonly triggers: TriggerStore;
  readonly quarantine: QuarantineIndex;
}

/** Whether a segment still waits under its lease. */
export async function standingOfWorkItem(
  { work: item }: ExecuteMessage,
  { coordinator, runs, clock }: StandingPorts,
): Promise<Standing> {
  const held = await coordinator.values(item.runId, item.segment, item.token);
  if (held !== null && item.expiresAt > clock.now()) {
    return { kind: "waiting", reason: `run ${item.runId} waits for segment ${item.segment} under this lease` };
  }
  const state = await runs.read(item.tenant, item.runId);
  if (!state) return { kind: "ended", reason: `there is no run ${item.runId} any more` };
  const { status } = state.header;
  if (TERMINAL_RUN.has(status)) return { kind: "ended", reason: `run ${item.runId} has ended: ${status}` };
  return { kind: "stale", reason: `run ${item.runId} is ${status} and goes on under another lease than this one` };
}

/** Whether a run still waits for another plan. */
export async function standingOfQuestion(
  { tenant, runId, token }: ReplanMessage,
  { runs }: StandingPorts,
): Promise<Standing> {
  const state = await runs.read(tenant, runId);
  if (!state) return { kind: "ended", reason: `there is no run ${runId} any more` };
  const { status } = state.header;
  if (TERMINAL_RUN.has(status)) return { kind: "ended", reason: `run ${runId} has ended: ${status}` };
  if (awaitsPlan(state.header, token)) return { kind: "waiting", reason: `run ${runId} waits for another plan` };
  return { kind: "stale", reason: `run ${runId} is ${status} and does not wait for this answer` };
}

/** Whether a batch of finished runs still waits to be archived. */
export async function standingOfArchive(
  { ring, batch }: ArchiveMessage,
  { coordinator }: StandingPorts,
): Promise<Standing> {
  if ((await coordinator.batch(ring, batch)) === null) return { kind: "ended", reason: "its runs are archived" };
  return { kind: "waiting", reason: `ring ${ring} waits for batch ${batch} to be archived` };
}

/** Whether the index still lacks what the news has to tell. */
export async function standingOfNews(
  message: StartedMessage,
  { coordinator, index }: StandingPorts,
): Promise<Standing> {
  for (const { tenant, runId, revision, createdAt } of message.runs) {
    const known = await index.get(tenant, runId);
    if (known && (known.createdAt > createdAt || known.finishedAt !== null || known.revision >= revision)) continue;
    if ((await coordinator.read(runId)) !== null) {
      return { kind: "waiting", reason: `the index does not know how run ${runId} stands` };
    }
  }
  return { kind: "ended", reason: "the index knows all it has to tell" };
}
