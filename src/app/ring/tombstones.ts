import type { Instant, RunState } from "../../core/run/model/state.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readStored } from "../../core/stored/stored-form.ts";
import type { RememberedKey, RingPart } from "../../spi/ring-store.ts";
import type { Receipt, Submission } from "../../spi/run-coordinator.ts";

/**
 * What a ring keeps of a keyed run that has left: its request's hash, until the key may be used anew. Rings of before there
 * was a table of keys kept it among the run's parts, and it stays there until its time is over.
 */
const TOMBSTONE = "t";

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
 * @param held what the ring has under the id
 * @param state the run that its parts are
 */
export function repeatOf(
  { requestHash, restored }: Submission,
  { parts, key }: { readonly parts: readonly RingPart[]; readonly key: RememberedKey | null },
  state: RunState | null,
  encode: (state: RunState) => string,
): Receipt | null {
  const tombstone = tombstoneOf(parts);
  const left = tombstone ? hashIn(tombstone) : (key?.hash ?? null);
  if (parts.length === 0 && left === null) return null;
  if (parts.length === 0 || tombstone) {
    if (restored) return null;
    return left === requestHash ? { kind: "duplicate", record: null } : { kind: "conflict" };
  }
  if (!state || state.header.requestHash !== requestHash) return { kind: "conflict" };
  return { kind: "duplicate", record: encode(state) };
}
