import type { RunId } from "../run/model/state.ts";
import { textOf } from "../trigger/message.ts";
import type { QueueMessage } from "./message.ts";

/** What a message is about, as far as it says so. */
export interface Subject {
  /** Null where a message serves runs of several tenants. */
  readonly tenant: string | null;
  readonly runId: RunId | null;
  readonly correlationId: string | null;
  /** What names the matter of the message, when it may be sent again as another message; null for its own id. */
  readonly letterId: string | null;
}

/** What a message is about. */
export function subjectOf(message: QueueMessage): Subject {
  switch (message.type) {
    case "work": {
      const { tenant, runId, correlationId } = message.work;
      return { tenant, runId, correlationId, letterId: null };
    }
    case "replan": {
      const { tenant, runId, correlationId, token } = message;
      return { tenant, runId, correlationId, letterId: `${runId}-${token}` };
    }
    case "archive": {
      // A ring asks again for the same batch until it is archived.
      const letterId = `archive-${message.ring.toString(16).padStart(2, "0")}-${message.batch}`;
      return { tenant: null, runId: null, correlationId: null, letterId };
    }
    case "started":
      return { tenant: null, runId: null, correlationId: null, letterId: null };
    case "sequel": {
      const { tenant, runId, correlationId, link } = message;
      const letterId = `sequel-${runId}${link ? `-${link.list}-${link.index}` : ""}`;
      return { tenant, runId, correlationId, letterId };
    }
    case "trigger": {
      const { tenant, trigger } = message;
      return { tenant, runId: null, correlationId: textOf(trigger, "correlation_id"), letterId: null };
    }
  }
}
