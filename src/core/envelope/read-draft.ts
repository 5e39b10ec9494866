import { isObject } from "../../../contracts/json/narrow.ts";
import { envelopeDraft, envelopeWire, type EnvelopeDraft } from "../../../contracts/documents/envelope.ts";
import { membersAt } from "../../../contracts/json/members.ts";
import type { Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { meantMember } from "./meant-member.ts";
import { faultsOfIssues, unknownMembers } from "./refusal.ts";

const CODE = "ENVELOPE_VALIDATION_ERROR";
/** The objects of an envelope that are open to members of other senders. */
const OPEN = [[], ["metadata"]].map((path) => ({ path, known: membersAt(envelopeWire, path) }));

/**
 * Reads an envelope as a sender wrote it, or lists everything that is wrong with it as ENVELOPE_VALIDATION_ERROR. Members
 * of other systems are left out without a word; what can only be a slip of the pen for a member that is missing is not.
 */
export function readDraft(json: unknown): Result<EnvelopeDraft, readonly Fault[]> {
  const read = envelopeDraft.safeParse(json);
  const slips = slipsIn(json);
  if (read.success && slips.length === 0) return ok(read.data);
  return err([...slips, ...(read.success ? [] : faultsOfIssues(CODE, read.error.issues, { schema: envelopeDraft }))]);
}

function slipsIn(json: unknown): readonly Fault[] {
  return OPEN.flatMap(({ path, known }) => {
    const value = path.reduce<unknown>((outer, key) => membersOf(outer)[key], json);
    const given = Object.keys(membersOf(value));
    const foreign = given.filter((key) => !known.includes(key));
    if (foreign.length === 0) return [];
    const missing = known.filter((key) => !given.includes(key));
    return unknownMembers(
      CODE,
      path,
      foreign.filter((key) => meantMember(key, missing) !== null),
      missing,
    );
  });
}

const membersOf = (value: unknown): Readonly<Record<string, unknown>> => (isObject(value) ? value : {});
