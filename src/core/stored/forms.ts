import { storePlan } from "../plan/stored/stored-plan.ts";
import { upgradeRun1 } from "../run/codec/stored-header.ts";
import { memberOf, versioned, type StoredForm } from "./stored-form.ts";

/** Everything that is written by one deployment and read by another, apart from messages, which have a table of their own. */
export type StoredKind =
  | "run"
  | "run change"
  | "plan"
  | "tombstone"
  | "quarantine mark"
  | "archive batch"
  | "trust page"
  | "free slots"
  | "snapshot"
  | "node definition"
  | "cached outputs"
  | "trigger parts"
  | "lost work item"
  | "listed texts"
  | "trust history"
  | "limit entry"
  | "pool entry";

export type StoredForms = Readonly<Record<StoredKind, StoredForm>>;

/**
 * The stored forms: kind → how each version is told and brought to the next. Total in both directions: a kind that is
 * missing does not compile, and a version exists by its upgrader alone. A changed form is one more upgrader at the end
 * of its list, and a record of the release before in test/compat; what is in a list never changes.
 */
export const STORED_FORMS: StoredForms = {
  run: versioned("a run", [upgradeRun1]),
  "run change": versioned("a change of a run", [upgradeRun1]),
  plan: { noun: "a plan", versionOf: (stored) => memberOf(stored, "form", 1), upgraders: [storePlan] },
  tombstone: versioned("a remembered key"),
  "quarantine mark": versioned("a mark of a run in quarantine"),
  "archive batch": versioned("a batch on its way to the archive"),
  "trust page": versioned("a page of trust totals"),
  "free slots": versioned("the list of free slots"),
  snapshot: { noun: "an exported run", versionOf: snapshotVersion, upgraders: [] },
  "node definition": versioned("a node's definition"),
  // A value is never a number, so a contract key of the name says no version.
  "cached outputs": { ...versioned("a cached result"), versionOf: (stored) => numberIn(stored) ?? 1 },
  "trigger parts": versioned("the parts of a bus message"),
  "lost work item": versioned("the work of a dead letter"),
  "listed texts": versioned("a list in a row"),
  "trust history": versioned("a history of trust"),
  "limit entry": versioned("an entry of a limit"),
  "pool entry": versioned("an item of a pool"),
};

function numberIn(stored: unknown): number | null {
  const version = memberOf(stored, "v", null);
  return typeof version === "number" ? version : null;
}

/** `onex-run/1` is 1. */
function snapshotVersion(stored: unknown): unknown {
  const format = memberOf(stored, "format", null);
  return typeof format === "string" && format.startsWith("onex-run/") ? Number(format.slice("onex-run/".length)) : null;
}
