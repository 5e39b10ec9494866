import { carried } from "../../core/call/asker.ts";
import { faultOf, isRetryable } from "../../core/errors.ts";
import type { WorkItem } from "../../core/run/dispatch/work-item.ts";
import type { EventMessage, ExecuteMessage, ReplanMessage } from "../../core/messages/ring-messages.ts";
import { workItemOf } from "../../core/run/dispatch/work-item-of.ts";
import type { EventBus } from "../../spi/event-bus.ts";
import type { Log } from "../../spi/log.ts";
import { alone, type Decided } from "./decisions.ts";
import type { Stranded } from "./ended-runs.ts";

interface PostPorts {
  readonly bus: EventBus;
  readonly log: Log;
}

/** Steps that may take longer in all than this, in milliseconds, go to a consumer of their own. */
const MAX_HANDED_MS = 30_000;

/** What decisions ask of executors: work items for whoever has just answered, and messages for the queue. */
export interface Post {
  readonly handed: readonly WorkItem[];
  readonly messages: readonly (ExecuteMessage | ReplanMessage)[];
  /** Runs of which no work can be made. */
  readonly stranded: readonly Stranded[];
}

/** Hands over at most `take` work items, of the highest priority; every other dispatch travels. */
export function postOf(decided: readonly Decided[], take: number): Post {
  const items: WorkItem[] = [];
  const replans: ReplanMessage[] = [];
  const stranded: Stranded[] = [];
  for (const { state, transition } of decided) {
    const { id: runId, tenant, correlationId } = state.header;
    try {
      const own = transition.intents.filter((intent) => intent.type === "dispatch");
      items.push(...alone(runId, { type: "dispatch" }, () => own.map((intent) => workItemOf(state, intent))));
    } catch (thrown) {
      stranded.push({ id: runId, thrown });
    }
    for (const intent of transition.intents)
      if (intent.type === "replan")
        replans.push({
          ...{ type: "replan", version: 1, runId, tenant, correlationId, token: intent.token },
          ...carried(state.header),
        });
  }
  const quick = items.filter(isQuick).toSorted((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
  const handed = quick.slice(0, take);
  const kept = new Set(handed);
  const sent = items.filter((item) => !kept.has(item));
  const messages = [...sent.map((item) => ({ type: "work", version: 1, work: item }) as const), ...replans];
  return { handed, messages, stranded };
}

const isQuick = ({ steps }: WorkItem): boolean =>
  steps.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0) <= MAX_HANDED_MS;

/**
 * Publishes work items and questions in one call. Never rejects: what was not published is sent again by the ring's alarm, when
 * the lease or the question has expired.
 */
export async function publishPost(messages: Post["messages"], ports: PostPorts): Promise<void> {
  if (messages.length === 0) return;
  try {
    await ports.bus.publishWork(messages);
  } catch (cause) {
    const retryable = isRetryable(faultOf(cause));
    // One message that no queue takes must not keep back the others.
    if (!retryable && messages.length > 1) {
      for (const message of messages) await publishPost([message], ports);
      return;
    }
    const runs = messages.map((message) => (message.type === "work" ? message.work : message));
    ports.log.warn("dispatch was not published; the lease will expire and it goes out again", {
      correlation_id: [...new Set(runs.map(({ correlationId }) => correlationId))].slice(0, 20).join(" "),
      run_id: [...new Set(runs.map(({ runId }) => runId))].slice(0, 20).join(" "),
      retryable,
    });
  }
}

/** Publishes what a ring has to tell, and says whether it could. Never rejects: what must not be lost is told again. */
export async function publishNews(ring: number, messages: readonly EventMessage[], ports: PostPorts): Promise<boolean> {
  try {
    await ports.bus.publishEvents(messages);
    return true;
  } catch {
    ports.log.warn("events were not published; what must not be lost goes out again", {
      correlation_id: `ring-${ring}`,
    });
    return false;
  }
}
