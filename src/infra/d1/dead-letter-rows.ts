import type { DeadLetter, LostWorkItem } from "../../core/dead-letters/dead-letter.ts";
import { STORED_FORMS } from "../../core/stored/forms.ts";
import { readFitting } from "../../core/stored/stored-form.ts";
import type { deadLetters } from "./schema.ts";

export type DeadLetterRow = typeof deadLetters.$inferSelect;

export const deadLetterRow = ({ cause, work: item, resolution, ...entry }: DeadLetter): DeadLetterRow => ({
  ...entry,
  causeCode: cause?.code ?? null,
  causeMessage: cause?.message ?? null,
  work: item === null ? null : JSON.stringify(item),
  resolvedAt: resolution?.at ?? null,
  resolution: resolution?.reason ?? null,
});

export const deadLetterOf = ({ causeCode, causeMessage, resolvedAt, ...row }: DeadLetterRow): DeadLetter => ({
  ...row,
  cause: causeCode === null ? null : { code: causeCode, message: causeMessage ?? "" },
  work: row.work === null ? null : lostItemOf(row.work),
  resolution: resolvedAt === null ? null : { at: resolvedAt, reason: row.resolution ?? "" },
});

/** Null where it cannot be read: an entry is found, shown and sent again without it, for its message is kept apart. */
function lostItemOf(text: string): LostWorkItem | null {
  const read = readFitting<LostWorkItem>(
    STORED_FORMS["lost work item"],
    text,
    ({ segment, epoch, steps }) =>
      typeof segment === "string" && Number.isFinite(epoch) && steps.every(({ id }) => typeof id === "string"),
  );
  return read.ok ? read.value : null;
}
