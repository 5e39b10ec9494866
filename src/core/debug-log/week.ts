/** A week of ISO 8601: `2026-W07`. It belongs to the year, and the quarter, of its Thursday. */
export type Week = string;
/** `2026-Q1`. */
export type Quarter = string;

const DAY_MS = 86_400_000;
const WEEK = /^(\d{4})-W(\d{2})$/;
const QUARTER = /^(?:(\d{4})[-_]?Q([1-4])|Q([1-4])[-_]?(\d{4}))$/i;

/** The week of an instant, in UTC; instants are milliseconds since the epoch. */
export function weekOf(at: number): Week {
  const thursday = thursdayAround(at);
  const year = new Date(thursday).getUTCFullYear();
  const number = Math.floor((thursday - Date.UTC(year, 0, 1)) / (7 * DAY_MS)) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

/** Midnight, UTC, of the Thursday of the week of an instant. */
function thursdayAround(at: number): number {
  const midnight = Math.floor(at / DAY_MS) * DAY_MS;
  return midnight + (4 - (new Date(midnight).getUTCDay() || 7)) * DAY_MS;
}

/** Midnight, UTC, of a week's Thursday in milliseconds since the epoch; null for a week that does not exist. */
function thursdayOf(week: Week): number | null {
  const match = WEEK.exec(week);
  if (match === null) return null;
  const year = Number(match[1]);
  // The fourth of January is always in the first week.
  const thursday = thursdayAround(Date.UTC(year, 0, 4)) + (Number(match[2]) - 1) * 7 * DAY_MS;
  return weekOf(thursday) === week ? thursday : null;
}

/** The quarter a week belongs to; null for a week that does not exist. */
export function quarterOfWeek(week: Week): Quarter | null {
  const thursday = thursdayOf(week);
  return thursday === null ? null : quarterOf(thursday);
}

/** The quarter of an instant, in UTC. */
export function quarterOf(at: number): Quarter {
  const date = new Date(at);
  return `${date.getUTCFullYear()}-Q${Math.floor(date.getUTCMonth() / 3) + 1}`;
}

/** Reads `2026-Q3`, `Q3_2026` and the like; null when it is no quarter. */
export function parseQuarter(text: string): Quarter | null {
  const match = QUARTER.exec(text.trim());
  if (match === null) return null;
  return `${match[1] ?? match[4]}-Q${match[2] ?? match[3]}`;
}
