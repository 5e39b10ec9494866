import { fault, RuntimeHostError, type Fault } from "../../errors.ts";
import type { Instant, RunId } from "../model/state.ts";

/** What keeps a run from going on that nothing but a repair or a later release cures. */
const QUARANTINED = ["RECORD_NEWER", "RECORD_UNREADABLE", "RUN_UNDECIDABLE", "RUN_UNSTORABLE"] as const;
export type QuarantineCode = (typeof QUARANTINED)[number];

/**
 * Why a run was set aside. It is kept as it is stored: nothing happens to it, and it keeps nobody up, until it is
 * retried or ended.
 */
export interface Quarantine {
  readonly code: QuarantineCode;
  readonly message: string;
  readonly hint?: string;
  readonly since: Instant;
}

/** An answer about a run that is in quarantine. */
export interface Quarantined {
  readonly quarantine: Quarantine;
}

/** The quarantine a fault leads to; null for one that lies elsewhere, in storage for instance, and may pass. */
export function quarantineFor({ code, message, hint }: Fault, since: Instant): Quarantine | null {
  const own = QUARANTINED.find((known) => known === code);
  return own === undefined ? null : { code: own, message, since, ...(hint === undefined ? {} : { hint }) };
}

export const isQuarantined = (answer: unknown): answer is Quarantined =>
  typeof answer === "object" && answer !== null && "quarantine" in answer;

/** What callers are told who want something of a run in quarantine. */
export const quarantineFault = (id: RunId, { code, message }: Quarantine): Fault =>
  fault("RUN_QUARANTINED", `run '${id}' is in quarantine: ${code}: ${message}`, {
    hint: `it is kept as it is stored; GET /v1/quarantine/${id} shows it, and what can be done about it`,
  });

/** An answer about a run, or RUN_QUARANTINED thrown. */
export function released<T>(id: RunId, answer: T | Quarantined): T {
  if (!isQuarantined(answer)) return answer;
  throw new RuntimeHostError(quarantineFault(id, answer.quarantine));
}
