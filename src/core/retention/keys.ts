import type { Instant } from "../run/model/state.ts";
import { dayOf, type Day } from "./day.ts";

/** Every archived run is under this prefix, by day: the first key of a listing is the oldest. */
export const ARCHIVE = "runs/";
/** Every payload of a dead letter is under this prefix, by day. */
export const PAYLOADS = "dead-letters/";

/** Sorts behind every key that has been begun. */
export const BEHIND = "\u{10ffff}";

/** A new archive object. The day is the day it is written; no run in it ended later. */
export const archiveKey = (now: Instant, ulid: string): string => `${ARCHIVE}${dayOf(now)}/${ulid}.ndjson`;

/** All archive objects of a day. */
export const archivedOn = (day: Day): string => `${ARCHIVE}${day}/`;

/** A dead letter's payload. The day is the day the message died. */
export const payloadKey = (now: Instant, tenant: string, id: string): string =>
  `${PAYLOADS}${dayOf(now)}/${tenant}/${id}.json`;

/** The day in the key of an archive object or a payload; null for any other key. */
export function dayIn(key: string, prefix: typeof ARCHIVE | typeof PAYLOADS): Day | null {
  const day = key.startsWith(prefix) ? key.slice(prefix.length, prefix.length + 10) : "";
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && key.charAt(prefix.length + 10) === "/" ? day : null;
}

/** Every large value is under this prefix, by tenant and day. */
export const VALUES = "values/";

/** All large values of a tenant that were stored on a day; of all days without one. */
export const valuesOf = (tenant: string, day: Day | null = null): string =>
  `${VALUES}${encodeURIComponent(tenant)}/${day === null ? "" : `${day}/`}`;

/**
 * The key of a large value: named by its content, so that runs of one day share it, and by its day, so that nobody
 * writes under the key of a day that is over. Only such a key can be deleted without racing a writer of the same content.
 *
 * @param sha256 of the value's JSON, lower-case hex
 */
export const valueKey = (tenant: string, sha256: string, now: Instant): string =>
  `${valuesOf(tenant, dayOf(now))}${sha256}`;

/** The day of a value's key; null when the key has none: such values were stored before keys had days. */
export const valueDay = (key: string): Day | null =>
  /^values\/[^/]+\/(\d{4}-\d{2}-\d{2})\/[0-9a-f]{64}$/.exec(key)?.[1] ?? null;

/** The tenant of a value's key. */
export function valueTenant(key: string): string {
  const owner = key.slice(VALUES.length).split("/", 1)[0] ?? "";
  return /^(?:[^%]|%[0-9A-F]{2})*$/.test(owner) ? decodeURIComponent(owner) : owner;
}

/**
 * The keys of large values that a run's stored text names, whatever its form: a record nobody can read holds its values
 * too. A text of the user's that looks like a key is among them, and holds nothing.
 */
export const valueKeysIn = (text: string): readonly string[] =>
  text.includes(`"${VALUES}`) ? [...text.matchAll(/"(values\/[^"\\]+)"/g)].flatMap(([, key]) => key ?? []) : [];
