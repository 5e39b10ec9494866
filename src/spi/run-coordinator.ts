import type { Fault } from "../core/errors.ts";
import type { Holder } from "../core/limit/book.ts";
import type { Departure, Parting } from "../core/run/reduce/departure.ts";
import type { RunEvent } from "../core/run/model/event.ts";
import type { Progress, RunId, RunStatus } from "../core/run/model/state.ts";
import type { Audience } from "../core/run/wait/audience.ts";
import type { DispatchStanding } from "../core/run/dispatch/standing.ts";
import type { Answer, PlanAnswer, SourceId, Undeliverable, WorkItem } from "../core/run/dispatch/work-item.ts";
import type { SegmentId, StepId } from "../core/plan/model/plan.ts";
import type { NodeRef } from "../core/registry/node.ts";
import type { TrustTotals } from "../core/trust/totals.ts";
import type { Signal } from "../core/run/views/signals.ts";
import type { RingPart } from "./ring-store.ts";
import type { Quarantine } from "../core/run/quarantine/quarantine.ts";
import type { Salvage } from "../core/run/quarantine/salvage.ts";
import type { StoredValue } from "../core/run/model/value.ts";

/** A run on its way into its ring: begun, perhaps already finished by the gateway. */
export interface Submission {
  readonly runId: RunId;
  readonly requestHash: string;
  /** True when the id came from an idempotency key, so the ring remembers it after the run has left. */
  readonly keyed: boolean;
  /** What is to be known of it when nothing is left to execute: the ring only has to store it. Null when it begins. */
  readonly finished: Parting | null;
  /** True for a run that is taken in from a file: it may come back although its ring remembers that it left. */
  readonly restored?: true;
  /** The encoded run (core/run/codec). */
  readonly record: string;
  /** Hold the answer until the run has ended, at most this long, in milliseconds: saves a second call. Default 0. */
  readonly waitMs?: number;
}

export type Receipt =
  /** `record` is the run as it stands after the wait; null when nothing was waited for. */
  | { readonly kind: "accepted"; readonly record: string | null }
  /** The same request came before; `record` is null when the run has left for the archive. */
  | { readonly kind: "duplicate"; readonly record: string | null }
  /** The id is taken by another request. */
  | { readonly kind: "conflict" };

/** A ring's running totals of one node version. */
export interface RingTrust {
  readonly tenant: string;
  readonly node: NodeRef;
  /** `ring-1f` */
  readonly source: string;
  readonly totals: TrustTotals;
}

/** Finished runs leaving their ring together, with the ring's running trust totals of the nodes they used. */
export interface ArchiveBatch {
  readonly runs: readonly Departure[];
  readonly trust: readonly RingTrust[];
}

/** What the archive could not take of a batch. The rest of it is safe. */
export interface ArchiveRemainder {
  /** Runs that cannot be archived, whatever is tried: they are set aside in quarantine. */
  readonly refused: readonly { readonly runId: RunId; readonly fault: Fault }[];
  /** Nodes whose memory did not take their totals: these are sent again, without the runs. */
  readonly unreported: readonly Pick<RingTrust, "tenant" | "node">[];
}

/** What a caller may do to a run under way. */
export type ControlEvent = Extract<RunEvent, { type: "cancel" | "pause" | "resume" | "event" | "approve" }>;

/**
 * What became of it: `status` is the run's after the event; `changed` is false when the event came too late or to nobody.
 * Of an event, who heard it or will.
 */
export type ControlReceipt =
  | { readonly kind: "unknown" }
  | { readonly kind: "known"; readonly changed: boolean; readonly status: RunStatus; readonly audience?: Audience };

/** What an executor that answers can take on at once. */
export interface HandOver {
  /** So many work items from each ring at most, of those that the answers make ready. */
  readonly take: number;
}

/** What a run has told after a number. */
export interface SignalPage {
  readonly events: readonly Signal[];
  /** The run has ended, and these are its last signals. */
  readonly finished: boolean;
}

/**
 * Whether somebody waits for the answer of a dispatch. `answered`: it was answered. `superseded`: the work item has been
 * dispatched anew. `ended`: so has the run. `unknown`: the ring does not have the run, or no such dispatch.
 */
export type Standing = DispatchStanding;

/** What an executor says of a step it executes. */
export interface ProgressReport {
  readonly runId: RunId;
  readonly segment: SegmentId;
  readonly token: string;
  readonly step: StepId;
  /** Null when it only says that it is there. */
  readonly progress: Progress | null;
  /** Its lease ends no sooner than so long from now, in milliseconds. */
  readonly extendMs?: number;
}

/** A large value some run in a ring refers to. */
export interface LiveValue {
  readonly tenant: string;
  /** In the blob store. */
  readonly key: string;
}

/** A run that was set aside because it cannot be read, decided on or stored. */
export interface QuarantinedRun {
  readonly runId: RunId;
  /** Null when not even that can be told. */
  readonly tenant: string | null;
  readonly quarantine: Quarantine;
  /** What else can be told of it. */
  readonly known: Salvage;
}

/** What came of trying a run in quarantine again. */
export type RetryReceipt =
  /** It is in no quarantine. */
  | { readonly kind: "unknown" }
  | { readonly kind: "released"; readonly status: RunStatus }
  /** Nothing has changed, or something else is wrong now. */
  | { readonly kind: "quarantined"; readonly quarantine: Quarantine };

/** How a run in quarantine is to be ended. */
export interface EndRequest {
  readonly tenant: string;
  /** For people: why it is given up. */
  readonly reason: string;
  /** What is known of the run elsewhere, for the case that its record tells nothing. */
  readonly known: Salvage;
}

/**
 * Keeps every run's state in the ring its id names. All methods reject with SERVICE_UNAVAILABLE when the ring cannot be
 * reached; all are safe to repeat. `submit`, `read`, `wait`, `watch` and `control` reject with RUN_QUARANTINED for a run
 * that was set aside; everything else takes it for a run that is not there.
 */
export interface RunCoordinator {
  submit(submission: Submission): Promise<Receipt>;
  /**
   * Grouped by ring inside: one call a ring. Stale answers change nothing. Returns what the caller is to execute now: it
   * holds the leases, and nothing of it is on the queue. Whoever takes work items on asks one ring at a time: when one of
   * several does not answer, what the others have handed over waits for its leases to end.
   */
  answer(answers: readonly Answer[], handOver?: HandOver): Promise<readonly WorkItem[]>;
  /** Work that ended in the dead letters: the run fails or retries with the reason instead of hanging. */
  undeliverable(items: readonly Undeliverable[]): Promise<void>;
  /** The plan a run asked for, or why there is none. An answer to an older question changes nothing. */
  replanned(answer: PlanAnswer): Promise<void>;
  /** The encoded run, or null when the ring does not have it (never had, or archived). */
  read(runId: RunId): Promise<string | null>;
  /** As read, but answers when the run ends or after `timeoutMs`, whichever is first. */
  wait(runId: RunId, timeoutMs: number): Promise<string | null>;
  /**
   * The run's signals with a number above `after`, as soon as there is one: held until then, until the run ends or for
   * `timeoutMs`, whichever is first. Null when the ring does not have the run or it belongs to another tenant.
   */
  watch(tenant: string, runId: RunId, after: number, timeoutMs: number): Promise<SignalPage | null>;
  /** `unknown` when the ring does not have the run or it belongs to another tenant. */
  control(tenant: string, runId: RunId, event: ControlEvent): Promise<ControlReceipt>;
  /** Values of a work item that were too large for its message; null when the token is stale. */
  values(runId: RunId, segment: SegmentId, token: string): Promise<Readonly<Record<SourceId, StoredValue>> | null>;
  /** The dispatch with all its values, while somebody waits for its answer; otherwise why nobody does. */
  standing(runId: RunId, segment: SegmentId, token: string): Promise<Standing>;
  /** As `answer`, for one, which hands nothing over: whether it was the one that was waited for. */
  report(answer: Answer): Promise<boolean>;
  /** How far a step under way has come, as its executor says; false when nobody waits for it any more. */
  progress(report: ProgressReport): Promise<boolean>;
  /** Whether a dispatch's lease is still the segment's: false once the run is cancelled, ended or dispatched anew. */
  holds(runId: RunId, segment: SegmentId, token: string): Promise<boolean>;
  /** A limit has room for these segments; returns those of them that do not wait for one. Grouped by ring inside. */
  admit(called: readonly Holder[]): Promise<readonly Holder[]>;
  /** The large values of every run that is in a ring, each as often as it is referred to. Asks all rings: for the sweep. */
  liveValues(): Promise<readonly LiveValue[]>;
  /** Finished runs of a ring that wait to be archived; null once they are. */
  batch(ring: number, batch: number): Promise<ArchiveBatch | null>;
  /** The batch is safely archived, but for what remains; the ring may forget it. */
  archived(ring: number, batch: number, remainder?: ArchiveRemainder): Promise<void>;
  /** The runs of a ring that are in quarantine: of those asked for, or all. */
  quarantined(ring: number, of?: readonly RunId[]): Promise<readonly QuarantinedRun[]>;
  /** What is stored of a run, byte by byte, whether or not it can be read; null when nothing is. */
  raw(runId: RunId): Promise<readonly RingPart[] | null>;
  /** Takes a run out of quarantine, if it can be read and goes on by now. */
  retry(runId: RunId): Promise<RetryReceipt>;
  /** Ends a run in quarantine as failed: what follows its end follows. Null when it is in none. */
  end(runId: RunId, request: EndRequest): Promise<RunStatus | null>;
}
