import type { DeadLetterView } from "../../../contracts/api/dead-letters.ts";
import { isoTime, isoTimeOrNull } from "../run/model/time.ts";
import type { DeadLetter } from "./dead-letter.ts";

/**
 * A dead letter as clients see it: COMPAT's entry, extended by where it stands, what its consumer said and which work of
 * which run was lost. A queue has no partitions, and its messages have no key but the run they are about.
 */
export const deadLetterEntry = (letter: DeadLetter): DeadLetterView => ({
  id: letter.id,
  status: letter.status,
  original_topic: letter.queue,
  original_message: {
    key: letter.runId,
    value: { href: `/v1/dead-letters/${encodeURIComponent(letter.id)}/payload` },
    offset: letter.id,
    partition: null,
  },
  message_type: letter.messageType,
  error_type: letter.errorType,
  failure_reason: letter.failureReason,
  failure_timestamp: isoTime(letter.failedAt),
  correlation_id: letter.correlationId,
  retry_count: letter.retryCount,
  cause: letter.cause,
  lineage: {
    run_id: letter.runId,
    segment: letter.work?.segment ?? null,
    epoch: letter.work?.epoch ?? null,
    steps: letter.work?.steps ?? [],
    redrives: letter.redrives,
    redriven_at: isoTimeOrNull(letter.redrivenAt),
  },
  resolution: letter.resolution && { at: isoTime(letter.resolution.at), reason: letter.resolution.reason },
});
