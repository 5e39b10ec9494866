import type { Instant } from "../model/state.ts";

/** RFC 3339 with the freedoms of the `date-time` format: a blank for the T, lower case, offsets without a colon. */
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)[t\s](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:z|([+-])(\d\d)(?::?(\d\d))?)$/i;
const MINUTES_A_DAY = 24 * 60;

/**
 * The moment a text names, in whole milliseconds; null when it names none. What is finer than a millisecond is rounded
 * up, so that nobody wakes early; a leap second is the first second of the next day.
 */
export function momentOf(text: string): Instant | null {
  const [, year, month, day, hour, minute, second, fraction = "0", sign, hours = "0", minutes = "0"] =
    MOMENT.exec(text) ?? [];
  if (second === undefined || Number(hour) > 23 || Number(minute) > 59) return null;
  const midnight = new Date(0);
  midnight.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return null;
  const offset = (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  const minuteOfDay = Number(hour) * 60 + Number(minute) - offset;
  const isLast = (minuteOfDay + 2 * MINUTES_A_DAY) % MINUTES_A_DAY === MINUTES_A_DAY - 1;
  if (Number(second) > (isLast ? 60 : 59)) return null;
  return midnight.getTime() + (minuteOfDay * 60 + Number(second)) * 1_000 + Math.ceil(Number(`0.${fraction}`) * 1_000);
}
