import { isObject } from "../../../../contracts/json/narrow.ts";
import { endedRunRecord } from "../../../../contracts/documents/run-record.ts";
import type { JsonValue } from "../../../../contracts/json/json.ts";
import { planToWire } from "../../plan/stored/plan-to-wire.ts";
import { faultsOfIssues, refusal } from "../../envelope/refusal.ts";
import { fault, type Fault } from "../../errors.ts";
import { err, ok, type Result } from "../../result.ts";
import { STORED_FORMS, type StoredKind } from "../../stored/forms.ts";
import { memberOf, upgraded } from "../../stored/stored-form.ts";
import { labelsOf } from "../../search/labels.ts";
import { runEntry } from "../../search/run-entry.ts";
import type { RunState, RunStatus } from "../model/state.ts";
import { partingOf } from "../reduce/departure.ts";
import { executionResult } from "../views/execution-result.ts";
import { signalsOf } from "../views/signals.ts";
import { viewRun } from "../views/view.ts";
import { readRun } from "./codec.ts";
import { misfitOf } from "./run-misfits.ts";

/** Where the record stands in an exported run. */
const AT = "record";
const UNFINISHED: ReadonlySet<unknown> = new Set<RunStatus>(["queued", "running", "waiting", "paused"]);
/** So many problems are told. */
const MOST_TOLD = 20;

/**
 * The run of a record that anybody may have written: every member is what the schema says, the parts fit together, and
 * whoever reads runs can read it. Refusals: INVALID_PARAMETER with the places, RECORD_NEWER for a later release's,
 * INVALID_STATE for a run that had not ended.
 */
export function readForeignRun(record: JsonValue): Result<RunState, Fault> {
  if (!isObject(record)) return err(misfit("a run is an object"));
  const { plan, planChars, ...rest } = record;
  const run = current("run", rest, `$.${AT}`);
  if (!run.ok) return run;
  const planned = current("plan", plan, `$.${AT}.plan`);
  if (!planned.ok) return planned;
  const status = memberOf(memberOf(run.value, "header", null), "status", null);
  if (UNFINISHED.has(status)) {
    return err(
      fault("INVALID_STATE", "the run had not ended when it was exported", { place: `$.${AT}.header.status` }),
    );
  }
  const whole = {
    ...(isObject(run.value) ? run.value : {}),
    plan: planned.value,
    ...(planChars === undefined ? {} : { planChars }),
  };
  const read = endedRunRecord.safeParse(whole);
  if (!read.success) {
    const issues = read.error.issues.slice(0, MOST_TOLD);
    return err(refusal("the run", faultsOfIssues("INVALID_PARAMETER", issues, { schema: endedRunRecord, at: [AT] })));
  }
  const decoded = readRun(JSON.stringify(record));
  if (!decoded.ok) return err(misfit(decoded.error.message));
  const state = decoded.value;
  const found = misfitOf(state);
  if (found) return err(misfit(found.message, `$.${AT}${found.place}`));
  return isReadable(state) ? ok(state) : err(misfit("its parts do not fit together"));
}

function current(kind: StoredKind, stored: unknown, place: string): Result<unknown, Fault> {
  const read = upgraded(STORED_FORMS[kind], stored);
  if (read.ok) return read;
  return err(read.error.code === "RECORD_NEWER" ? { ...read.error, place } : misfit(read.error.message, place));
}

const misfit = (why: string, place = `$.${AT}`): Fault =>
  fault("INVALID_PARAMETER", `this file was not exported: ${why}`, { place, hint: "export the run again" });

/**
 * The last word: everything that is made of an ended run, for its page, its result, its signals, the archive and the
 * lists, is made once before it is stored.
 */
function isReadable(state: RunState): boolean {
  try {
    const { summary } = partingOf(state);
    return [viewRun(state), planToWire(state.plan), executionResult(state), signalsOf(state), runEntry(summary)].every(
      (made) => made !== null && labelsOf(summary).length > 0,
    );
  } catch {
    return false;
  }
}
