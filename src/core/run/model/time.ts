import type { Instant } from "./state.ts";

/** ISO 8601 in UTC with milliseconds. */
export const isoTime = (at: Instant): string => new Date(at).toISOString();
export const isoTimeOrNull = (at: Instant | null): string | null => (at === null ? null : isoTime(at));
