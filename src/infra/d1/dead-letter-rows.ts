import type { DeadLetter, LostWork } from "../../core/dead-letters/dead-letter.ts";
import type { deadLetters } from "./schema.ts";

export type DeadLetterRow = typeof deadLetters.$inferSelect;

export const deadLetterRow = ({ cause, work, resolution, ...entry }: DeadLetter): DeadLetterRow => ({
  ...entry,
  causeCode: cause?.code ?? null,
  causeMessage: cause?.message ?? null,
  work: work === null ? null : JSON.stringify(work),
  resolvedAt: resolution?.at ?? null,
  resolution: resolution?.reason ?? null,
});

export const deadLetterOf = ({ causeCode, causeMessage, resolvedAt, ...row }: DeadLetterRow): DeadLetter => ({
  ...row,
  cause: causeCode === null ? null : { code: causeCode, message: causeMessage ?? "" },
  work: row.work === null ? null : (JSON.parse(row.work) as LostWork),
  resolution: resolvedAt === null ? null : { at: resolvedAt, reason: row.resolution ?? "" },
});
