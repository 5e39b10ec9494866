import { startOf, type Day } from "../../core/retention/day.ts";
import { dayIn, PAYLOADS } from "../../core/retention/keys.ts";
import type { DeadLetter } from "../../core/dead-letters/dead-letter.ts";
import { MESSAGE_TYPES } from "../../core/messages/forms.ts";
import { readMessage } from "../../core/messages/read-message.ts";
import { ANY_DEAD_LETTER } from "../../core/dead-letters/query.ts";
import type { Instant } from "../../core/run/model/state.ts";
import { payloadOf } from "../deliver/dead-letter-redrive.ts";
import { MESSAGES, standingOf } from "../deliver/message-table.ts";
import { forEach } from "./each.ts";
import type { SweepLimits } from "./limits.ts";
import type { SweepPorts } from "./ports.ts";

/** A redriven message has been delivered by then, or waits in a long queue; asking costs little either way. */
const SETTLED_AFTER_MS = 10 * 60 * 1_000;

const REPEATED_BY_RINGS = MESSAGE_TYPES.filter((type) => MESSAGES[type].isRepeated);

/** Removes entries of messages that died before `firstKept`: payload first, so that none is left without an entry. */
export async function expireDeadLetters(ports: SweepPorts, firstKept: Day, limits: SweepLimits): Promise<number> {
  const { deadLetters, blobs } = ports;
  let removed = 0;
  await forEach(await deadLetters.tenants(), async (tenant) => {
    const old = await deadLetters.diedBefore(tenant, startOf(firstKept), limits.objects);
    if (old.length === 0) return;
    await blobs.delete(old.map(({ payloadKey }) => payloadKey));
    await deadLetters.remove(
      tenant,
      old.map(({ id }) => id),
    );
    removed += old.length;
  });
  // Payloads of entries that were never written, or were overwritten by a later death.
  const oldest = await blobs.list(PAYLOADS, limits.objects);
  const strays = oldest.filter((key) => {
    const day = dayIn(key, PAYLOADS);
    return day !== null && day < firstKept;
  });
  if (strays.length > 0) await blobs.delete(strays);
  return removed + strays.length;
}

/**
 * Resolves entries nothing waits for any more: those that were sent again, and those of messages a ring repeats by
 * itself until they have done their work. A lost work item's entry stays until somebody has looked at it.
 */
export async function resolveDone(ports: SweepPorts, now: Instant, limits: SweepLimits): Promise<number> {
  const { deadLetters } = ports;
  const page = { limit: limits.unfinished, after: null };
  let resolved = 0;
  const resolve = async (letter: DeadLetter): Promise<void> => {
    const reading = readMessage(await payloadOf(letter, ports));
    const standing = reading.ok ? await standingOf(reading.message, ports) : null;
    if (standing === null || standing.kind === "waiting") return;
    await deadLetters.resolve(letter.tenant, letter.id, letter.redrives, standing.reason, now);
    resolved++;
  };
  await forEach(await deadLetters.tenants(), async (tenant) => {
    const redriven = await deadLetters.redrivenBefore(tenant, now - SETTLED_AFTER_MS, limits.unfinished);
    const repeated: DeadLetter[] = [];
    for (const messageType of REPEATED_BY_RINGS) {
      const found = await deadLetters.search(tenant, { ...ANY_DEAD_LETTER, status: "open", messageType }, page);
      repeated.push(...found.items);
    }
    await forEach([...redriven, ...repeated], resolve, ({ id }) => id);
  });
  return resolved;
}
