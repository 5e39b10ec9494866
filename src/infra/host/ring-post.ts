import { retryAfterSeconds } from "../../core/errors.ts";
import type { Intent } from "../../core/run/event.ts";
import type { RunState } from "../../core/run/state.ts";
import { workOf } from "../../core/run/work-of.ts";
import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../core/run/work.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";

/**
 * Publishes what a decision asks of others. Never rejects: what was not published is sent again by the ring's alarm, when
 * the lease or the question has expired.
 */
export async function publishIntents(
  state: RunState,
  intents: readonly Intent[],
  { bus, log }: { readonly bus: EventBus; readonly log: Log },
): Promise<void> {
  const messages = intents.flatMap((intent) => messageOf(state, intent) ?? []);
  if (messages.length === 0) return;
  try {
    await bus.publishWork(messages);
  } catch (cause) {
    log.warn("dispatch was not published; the lease will expire and it goes out again", {
      correlation_id: state.header.correlationId,
      run_id: state.header.id,
      retryable: cause instanceof Error && "fault" in cause ? retryAfterSeconds(cause.fault as never) !== null : true,
    });
  }
}

function messageOf(state: RunState, intent: Intent): ExecuteMessage | ReplanMessage | null {
  if (intent.type === "dispatch") return { type: "work", version: 1, work: workOf(state, intent) };
  if (intent.type !== "replan") return null;
  const { id: runId, tenant, correlationId } = state.header;
  return { type: "replan", version: 1, runId, tenant, correlationId, token: intent.token };
}

/** Publishes what a ring has to tell. Never rejects: what must not be lost is told again. */
export async function publishNews(
  ring: number,
  messages: readonly EventMessage[],
  { bus, log }: { readonly bus: EventBus; readonly log: Log },
): Promise<void> {
  try {
    await bus.publishEvents(messages);
  } catch {
    log.warn("events were not published; what must not be lost goes out again", { correlation_id: `ring-${ring}` });
  }
}
