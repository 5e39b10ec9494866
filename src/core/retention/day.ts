import type { Instant } from "../run/model/state.ts";

export const DAY_MS = 24 * 60 * 60 * 1_000;

/** A day in UTC: `2026-01-31`. Sorts by time. */
export type Day = string;

export const dayOf = (at: Instant): Day => new Date(at).toISOString().slice(0, 10);

/** The first moment of a day. */
export const startOf = (day: Day): Instant => Date.parse(`${day}T00:00:00.000Z`);

/** The first moment after a day. */
export const endOf = (day: Day): Instant => startOf(day) + DAY_MS;

/** The day `days` later, or earlier when negative. */
export const shift = (day: Day, days: number): Day => dayOf(startOf(day) + days * DAY_MS);
