import { isObject, parseJson } from "../../../contracts/json/narrow.ts";
import { fault, type Fault } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

/** Makes the next version of a stored form out of one. Pure; may throw on what is no such form. */
export type Upgrader = (stored: never) => unknown;

/** How a kind of record that outlives a deployment is read, whichever version wrote it. */
export interface StoredForm {
  /** The words for one such record: `a run`. */
  readonly noun: string;
  /** The version a record says it has; what says nothing is of the first. */
  readonly versionOf: (stored: unknown) => unknown;
  /** The first makes version 2 of version 1, and so on: a version without a way up cannot be written down. */
  readonly upgraders: readonly Upgrader[];
}

/** The version this code writes. */
export const currentVersion = ({ upgraders }: StoredForm): number => upgraders.length + 1;

/** A form whose records are objects that say their version in the member `v`, or are of the first. */
export const versioned = (noun: string, upgraders: readonly Upgrader[] = []): StoredForm => ({
  noun,
  versionOf: (stored) => memberOf(stored, "v", 1),
  upgraders,
});

/** A member of what may be anything; `absent` when it has none of the name. */
export const memberOf = (stored: unknown, member: string, absent: unknown): unknown =>
  isObject(stored) && Object.hasOwn(stored, member) ? stored[member] : absent;

/**
 * A stored record in the form of this code. Refusals, which hold nothing of what is stored: RECORD_NEWER for a version
 * that only later code knows, RECORD_UNREADABLE for what is no such record.
 */
export function upgraded(form: StoredForm, stored: unknown): Result<unknown, Fault> {
  const version = form.versionOf(stored);
  if (!Number.isInteger(version) || Number(version) < 1) return err(unreadable(form, "its version is no number"));
  if (Number(version) > currentVersion(form)) return err(newer(form, Number(version)));
  let current: unknown = stored;
  for (const upgrade of form.upgraders.slice(Number(version) - 1)) {
    const next = attempt(form, () => upgrade(current as never));
    if (!next.ok) return next;
    current = next.value;
  }
  return ok(current);
}

/** Reads a stored text: JSON, brought to the form of this code, made into what it stands for. */
export function readStored<S, T>(form: StoredForm, text: string, make: (stored: S) => T): Result<T, Fault> {
  const parsed = attempt(form, () => parseJson(text));
  if (!parsed.ok) return parsed;
  const stored = upgraded(form, parsed.value);
  return stored.ok ? attempt(form, () => make(stored.value as S)) : stored;
}

/** As readStored, for records that are used as they are stored: RECORD_UNREADABLE for one that `fits` says no to. */
export const readFitting = <T>(form: StoredForm, text: string, fits: (stored: T) => boolean): Result<T, Fault> =>
  readStored<T, T>(form, text, (stored) => {
    if (!fits(stored)) throw new TypeError(form.noun);
    return stored;
  });

/** What reading a record came to; RECORD_UNREADABLE for whatever it threw. */
export function attempt<T>(form: StoredForm, read: () => T): Result<T, Fault> {
  try {
    return ok(read());
  } catch (thrown) {
    return err(unreadable(form, thrown instanceof SyntaxError ? "it is no JSON" : "its members do not fit together"));
  }
}

function newer(form: StoredForm, version: number): Fault {
  const ours = currentVersion(form);
  return fault(
    "RECORD_NEWER",
    `${form.noun} is stored in version ${version}, and this deployment reads up to ${ours}`,
    {
      hint: "deploy the release that wrote it, or a later one",
      details: { version, ours },
    },
  );
}

const unreadable = ({ noun }: StoredForm, why: string): Fault =>
  fault("RECORD_UNREADABLE", `what is stored of ${noun} cannot be read: ${why}`);
