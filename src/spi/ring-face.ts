import type { Holder } from "../core/limit/book.ts";
import type { SegmentId } from "../core/plan/model/plan.ts";
import type { Answer, PlanAnswer, SourceId, Undeliverable, WorkItem } from "../core/run/dispatch/work-item.ts";
import type { RunId, RunStatus } from "../core/run/model/state.ts";
import type { Quarantined } from "../core/run/quarantine/quarantine.ts";
import type { StoredValue } from "../core/run/model/value.ts";
import type { RingPart } from "./ring-store.ts";
import type {
  ArchiveBatch,
  ArchiveRemainder,
  ControlEvent,
  ControlReceipt,
  EndRequest,
  HandOver,
  LiveValue,
  ProgressReport,
  QuarantinedRun,
  Receipt,
  RetryReceipt,
  SignalPage,
  Standing,
  Submission,
} from "./run-coordinator.ts";

/** What a ring in the same process knows at once; one in another object takes a call. */
export type Told<T> = T | Promise<T>;

/**
 * One ring, as a coordinator reaches it: the face of `app/ring`, in the same process or in an object of its own. Each
 * method means what the coordinator's of the same name does, for the runs of this ring; a run in quarantine is an answer
 * here, so that it crosses the border of an object.
 */
export interface RingFace {
  submit(submission: Submission): Promise<Receipt | Quarantined>;
  answer(answers: readonly Answer[], handOver?: HandOver): Promise<readonly WorkItem[]>;
  undeliverable(items: readonly Undeliverable[]): Promise<void>;
  replanned(answer: PlanAnswer): Promise<void>;
  read(id: RunId): Told<string | Quarantined | null>;
  wait(id: RunId, timeoutMs: number): Promise<string | Quarantined | null>;
  watch(tenant: string, id: RunId, after: number, timeoutMs: number): Promise<SignalPage | Quarantined | null>;
  control(tenant: string, id: RunId, event: ControlEvent): Promise<ControlReceipt | Quarantined>;
  values(id: RunId, segment: SegmentId, token: string): Told<Readonly<Record<SourceId, StoredValue>> | null>;
  holds(id: RunId, segment: SegmentId, token: string): Told<boolean>;
  standing(id: RunId, segment: SegmentId, token: string): Told<Standing>;
  report(answer: Answer): Promise<boolean>;
  progress(report: ProgressReport): Promise<boolean>;
  admit(called: readonly Holder[]): Promise<readonly Holder[]>;
  liveValues(): Told<readonly LiveValue[]>;
  batch(batch: number): Told<ArchiveBatch | null>;
  archived(batch: number, remainder?: ArchiveRemainder): Told<void>;
  quarantined(of?: readonly RunId[]): Told<readonly QuarantinedRun[]>;
  raw(id: RunId): Told<readonly RingPart[] | null>;
  retry(id: RunId): Promise<RetryReceipt>;
  end(id: RunId, request: EndRequest): Promise<RunStatus | null>;
}
