import { isObject } from "../../../../contracts/json/narrow.ts";
import { RuntimeHostError, type Fault } from "../../errors.ts";
import type { Plan } from "../../plan/model/plan.ts";
import { planOfStoreText, type ReadPlans } from "../../plan/stored/plan-store-text.ts";
import { type Result } from "../../result.ts";
import { STORED_FORMS, type StoredForms } from "../../stored/forms.ts";
import { attempt, currentVersion, readStored, upgraded } from "../../stored/stored-form.ts";
import { begin, recount } from "../reduce/begin.ts";
import type { Transition } from "../model/event.ts";
import { RUN_STATUSES, type ReplacedStep, type RunHeader, type RunState, type SegmentState } from "../model/state.ts";
import type { StoredValue } from "../model/value.ts";
import { isOrigin } from "../model/origin.ts";
import { withoutPlan, writeWithPlan } from "./plan-part.ts";
import { restoreHeader, storeHeader, type StoredHeader } from "./stored-header.ts";

/** A run as it is stored, but for its plan, which has forms of its own (core/stored). */
interface RunRecord {
  readonly v: number;
  readonly header: StoredHeader;
  readonly given: Readonly<Record<string, StoredValue>>;
  /** Left out when the plan was never changed. */
  readonly replaced?: readonly ReplacedStep[];
  /** Segments that were touched; the rest are pending. */
  readonly segments: readonly SegmentState[];
}

/** Segments as they are now, each as often as it changed. */
interface Change {
  readonly v: number;
  readonly header?: StoredHeader;
  readonly segments: readonly SegmentState[];
}

/** Writes runs in the newest of the given forms and reads them in every form there ever was. */
export interface RunCodec {
  /** The whole run as one line of JSON: what is submitted, archived and exported. */
  readonly encode: (state: RunState) => string;
  /** What a decision changed, as one line of JSON: added to a record it gives the run after it. Not for a change of plan. */
  readonly encodeChange: (transition: Transition) => string;
  /**
   * The run that was encoded, and after it the changes since, oldest first. RECORD_NEWER for what only later code can
   * read, RECORD_UNREADABLE for what is no run.
   */
  readonly read: (text: string, changes?: readonly string[]) => Result<RunState, Fault>;
}

/**
 * @param forms the stored forms there are; this code's own when left out
 * @param plans those that were read before
 */
export function runCodec(forms: StoredForms = STORED_FORMS, plans?: ReadPlans): RunCodec {
  const [v, changeV] = [currentVersion(forms.run), currentVersion(forms["run change"])];
  return {
    encode: (state) =>
      writeWithPlan(state.plan, {
        v,
        header: storeHeader(state.header),
        given: state.given,
        ...replacedPart(state),
        segments: [...state.segments.values()].filter(isTouched),
      } satisfies RunRecord),
    encodeChange: ({ header, segments }) =>
      JSON.stringify(
        (header ? { v: changeV, header: storeHeader(header), segments } : { v: changeV, segments }) satisfies Change,
      ),
    read(text, changes = []) {
      const parts = attempt(forms.run, () => withoutPlan(text));
      if (!parts.ok) return parts;
      const record = upgraded(forms.run, parts.value.rest);
      if (!record.ok) return record;
      const plan = planOfStoreText(parts.value.planText, forms.plan, plans);
      if (!plan.ok) return plan;
      const since: Change[] = [];
      for (const change of changes) {
        const read = readStored<Change, Change>(forms["run change"], change, (stored) => stored);
        if (!read.ok) return read;
        since.push(read.value);
      }
      return attempt(forms.run, () => assemble(record.value as RunRecord, plan.value, since));
    },
  };
}

const own = runCodec();

export const encodeRun: RunCodec["encode"] = own.encode;
export const encodeChange: RunCodec["encodeChange"] = own.encodeChange;
export const readRun: RunCodec["read"] = own.read;

/** As `readRun`, for a record that must be readable: a refusal is thrown. */
export const decodeRun = (text: string, changes: readonly string[] = []): RunState => runOf(readRun(text, changes));

/** The run that was read; a refusal is thrown. */
export function runOf(read: Result<RunState, Fault>): RunState {
  if (!read.ok) throw new RuntimeHostError(read.error);
  return read.value;
}

const replacedPart = ({ replaced = [] }: RunState): Pick<RunRecord, "replaced"> =>
  replaced.length === 0 ? {} : { replaced };

/** Throws when the parts are none of a run, or of different ones. */
function assemble(record: RunRecord, plan: Plan, since: readonly Change[]): RunState {
  const { given, replaced = [] } = record;
  const stored = since.findLast((change) => change.header)?.header ?? record.header;
  if (!isObject(stored)) throw new TypeError("no run");
  const header = restoreHeader(stored);
  if (!isHeader(header) || typeof given !== "object" || given === null) throw new TypeError("no run");
  const segments = new Map(begin(header, plan, given, header.createdAt).segments);
  for (const segment of [...record.segments, ...since.flatMap((change) => change.segments)]) {
    if (!segments.has(segment.id)) throw new TypeError("no such segment");
    segments.set(segment.id, segment);
  }
  const counted = recount(header, segments, replaced);
  return { header, plan, given, ...(replaced.length === 0 ? {} : { replaced }), segments, ...counted };
}

/** Whether everything is there that others rely on: one row of a run without it would keep back all those beside it. */
function isHeader(header: RunHeader): boolean {
  const texts = [
    "id",
    "tenant",
    "operation",
    "correlationId",
    "envelopeId",
    "sourceNode",
    "requestHash",
    "principal",
  ] as const;
  const moments = ["finishedAt", "deadlineAt", "completedSeq"] as const;
  const { status, createdAt, idempotencyKey, tags, trace, origin } = header;
  return (
    texts.every((name) => typeof header[name] === "string") &&
    moments.every((name) => header[name] === null || Number.isFinite(header[name])) &&
    Number.isFinite(createdAt) &&
    RUN_STATUSES.has(status) &&
    (trace === null || typeof trace === "string") &&
    isOrigin(origin) &&
    (idempotencyKey === null || typeof idempotencyKey === "string") &&
    Array.isArray(tags) &&
    tags.every((tag) => typeof tag === "string")
  );
}

/** Whether the segment differs from what `begin` makes of the plan. */
const isTouched = (segment: SegmentState): boolean =>
  segment.epoch > 0 || segment.steps.some((step) => step.status !== "pending");
