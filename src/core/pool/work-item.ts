import { isList } from "../../../contracts/json/narrow.ts";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { SegmentId, StepId } from "../plan/model/plan.ts";
import { ringOf } from "../run/model/run-id.ts";
import type { LeaseToken, RunId } from "../run/model/state.ts";

/** Which dispatch of which step somebody outside executes: what he answers names it, and nothing else does. */
export interface WorkItemId {
  readonly runId: RunId;
  readonly segment: SegmentId;
  /** The ring's fence: an answer under an older one changes nothing. */
  readonly lease: LeaseToken;
  readonly step: StepId;
  /** The pool it waits in; null for work that was sent to somebody directly. */
  readonly pool: string | null;
  /** Whose signature answers it besides: absent for an item that a runner answers. */
  readonly signer?: ItemSigner;
}

/** A node that is elsewhere signs its later answer with the secret that its request was signed with. */
export interface ItemSigner {
  readonly tenant: string;
  readonly secretRef: string;
}

/** A work item's id as one word for a path: what a runner or remote node answers under. */
export type WorkItemToken = string;

const PREFIX = "w1.";
/** Ids of steps are as long as their nesting. */
const LONGEST = 20_000;
const WORD = /^w1\.((?:[0-9a-f]{2})+)$/;

/** The id as a word of letters, digits and one dot; it is no secret and proves nothing. */
export const workItemToken = ({ runId, segment, lease, step, pool, signer }: WorkItemId): WorkItemToken => {
  const more = signer ? [signer.tenant, signer.secretRef] : [];
  return PREFIX + bytesToHex(utf8ToBytes(JSON.stringify([runId, segment, lease, step, pool, ...more])));
};

/** The id a word stands for; null for any other word. */
export function workItemIdOf(token: string): WorkItemId | null {
  const hex = token.length > LONGEST ? undefined : WORD.exec(token)?.[1];
  if (hex === undefined) return null;
  try {
    const read: unknown = JSON.parse(decodeURIComponent(hex.replaceAll(/../g, "%$&")));
    if (!isList(read) || (read.length !== 5 && read.length !== 7)) return null;
    const [runId, segment, lease, step, pool, tenant, secretRef] = read;
    if (typeof runId !== "string" || ringOf(runId) === null) return null;
    if (typeof segment !== "string" || typeof lease !== "string" || typeof step !== "string") return null;
    if (pool !== null && typeof pool !== "string") return null;
    const id = { runId, segment, lease, step, pool };
    if (read.length === 5) return id;
    if (typeof tenant !== "string" || typeof secretRef !== "string") return null;
    return { ...id, signer: { tenant, secretRef } };
  } catch {
    return null;
  }
}
