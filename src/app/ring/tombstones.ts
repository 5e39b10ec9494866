import type { Instant, RunState } from "../../core/run/model/state.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readStored } from "../../core/stored/stored-form.ts";
import type { RingPart } from "../../spi/ring-store.ts";
import type { Receipt, Submission } from "../../spi/run-coordinator.ts";

const TOMBSTONE = "t";

/** What a ring keeps of a keyed run that has left: its request's hash, until the key may be used anew. */
export const tombstonePart = (requestHash: string, expiresAt: Instant): RingPart => ({
  part: TOMBSTONE,
  body: requestHash,
  dueAt: expiresAt,
});

/** The hash in a tombstone: bare in version 1. Null in one that cannot be read: a key that may be taken is taken. */
function hashIn({ body }: RingPart): string | null {
  if (!body.startsWith("{")) return body;
  const read = readStored<{ readonly hash: string }, string>(STORED_FORMS.tombstone, body, ({ hash }) => hash);
  return read.ok ? read.value : null;
}

/** The tombstone among an owner's parts. */
export const tombstoneOf = (parts: readonly RingPart[]): RingPart | undefined =>
  parts.find(({ part }) => part === TOMBSTONE);

/** Whether there is a tombstone and its time is over. */
export const isExpired = (tombstone: RingPart | undefined, now: Instant): boolean =>
  tombstone !== undefined && (tombstone.dueAt ?? 0) <= now;

/**
 * The receipt of a submission whose id is taken, by the same request or another one; null when it is new, or a run that
 * comes back from a file.
 *
 * @param parts what the ring holds under the id
 * @param state the run that these parts are
 */
export function repeatOf(
  { requestHash, restored }: Submission,
  parts: readonly RingPart[],
  state: RunState | null,
  encode: (state: RunState) => string,
): Receipt | null {
  if (parts.length === 0) return null;
  const tombstone = tombstoneOf(parts);
  if (tombstone && restored) return null;
  if (tombstone) return hashIn(tombstone) === requestHash ? { kind: "duplicate", record: null } : { kind: "conflict" };
  if (!state || state.header.requestHash !== requestHash) return { kind: "conflict" };
  return { kind: "duplicate", record: encode(state) };
}
