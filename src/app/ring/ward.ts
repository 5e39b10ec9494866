import { RuntimeHostError, fault, type Fault } from "../../core/errors.ts";
import { TERMINAL_RUN, type Instant, type RunId, type RunState } from "../../core/run/model/state.ts";
import { partingOf } from "../../core/run/reduce/departure.ts";
import { endAsFailed, failedStub } from "../../core/run/quarantine/end-as-failed.ts";
import { quarantineOf } from "../../core/run/quarantine/mark.ts";
import { quarantineFor, type Quarantined } from "../../core/run/quarantine/quarantine.ts";
import { salvage, type Salvage } from "../../core/run/quarantine/salvage.ts";
import { codecOf } from "../runs/run-codec.ts";
import type { EndRequest, QuarantinedRun, RetryReceipt } from "../../spi/run-coordinator.ts";
import type { RingBook } from "./book.ts";
import { alone } from "./decisions.ts";
import type { RingPorts, RingSettings } from "./ports.ts";
import { dueOf } from "./runs.ts";

/** How much of a run that is no more in quarantine its ring has to see to. */
export type Freed = { readonly state: RunState; readonly due: Instant | null };

/** Sets runs aside that cannot go on, and takes them in again: one run's trouble is nobody else's. */
export class RingWard {
  readonly #book: RingBook;
  readonly #ports: RingPorts;
  readonly #settings: RingSettings;

  constructor(book: RingBook, ports: RingPorts, settings: RingSettings) {
    this.#book = book;
    this.#ports = ports;
    this.#settings = settings;
  }

  /** The run; null when it is not here; its quarantine when it is in it, which it is as soon as it cannot be read. */
  find(id: RunId): RunState | Quarantined | null {
    const held = this.held(id);
    if (held) return held;
    try {
      return this.#book.memory.runs.load(id);
    } catch (thrown) {
      return this.setAside(id, thrown);
    }
  }

  /** The run's quarantine, if it is known to be in it. */
  held(id: RunId): Quarantined | null {
    const mark = this.#book.memory.marks.of(id);
    return mark && { quarantine: quarantineOf(mark) };
  }

  /** As `find`, for whoever has no use for a run in quarantine. */
  usable(id: RunId): RunState | null {
    const found = this.find(id);
    return found && "quarantine" in found ? null : found;
  }

  /** Sets a run aside for what was thrown about it; what is no trouble of its own is thrown again. */
  setAside(id: RunId, thrown: unknown): Quarantined {
    const now = this.#ports.clock.now();
    const quarantine = thrown instanceof RuntimeHostError ? quarantineFor(thrown.fault, now) : null;
    if (!quarantine) throw thrown;
    this.#book.setAside(id, quarantine, now);
    const cause = thrown instanceof RuntimeHostError && thrown.cause instanceof Error ? thrown.cause.name : null;
    this.#ports.log.error("a run was set aside in quarantine; everything else goes on", {
      correlation_id: this.#known(id).correlationId ?? id,
      run_id: id,
      code: quarantine.code,
      reason: quarantine.message,
      cause,
    });
    return { quarantine };
  }

  /** The runs in quarantine, of those asked for or all, with what can be told of each. */
  list(of: Iterable<RunId> = this.#book.memory.marks.all.keys()): readonly QuarantinedRun[] {
    return [...of].flatMap((id) => {
      const mark = this.#book.memory.marks.of(id);
      if (!mark) return [];
      const { tenant = null, ...known } = this.#known(id);
      return [{ runId: id, tenant, quarantine: quarantineOf(mark), known }];
    });
  }

  /** Tries whether the run can be read by now; what it is to do next is the ring's to find out. */
  retry(id: RunId, now: Instant): RetryReceipt | Freed {
    const { marks, runs, timers } = this.#book.memory;
    if (!marks.has(id)) return { kind: "unknown" };
    try {
      const state = runs.load(id);
      if (state === null) return this.#gone(id, now);
      const due = alone(id, { type: "tick" }, () => dueOf(state, now));
      const { archiveRetryMs } = this.#settings;
      this.#book.release(id, now, ({ counted }) => {
        if (counted) this.#book.memory.outbox.openAgain(id, now, now + archiveRetryMs);
      });
      this.#book.memory.timers.guard(due);
      this.#book.memory.timers.set(id, due);
      this.#ports.log.info("a run left quarantine", { correlation_id: state.header.correlationId, run_id: id });
      return { state, due };
    } catch (thrown) {
      timers.set(id, null);
      return { kind: "quarantined", ...this.setAside(id, thrown) };
    }
  }

  /** Ends a run in quarantine as failed; answers the run as it ended, or null when it is in no quarantine. */
  end(id: RunId, request: EndRequest, now: Instant): RunState | null {
    const mark = this.#book.memory.marks.of(id);
    if (!mark) return null;
    const problem = fault(mark.code, `${request.reason}: ${mark.message}`, {
      hint: mark.hint ?? "rerun what is still wanted",
    });
    const { state, record } = this.#ended(id, request, problem, now);
    const flushAt = now + this.#settings.flushMs;
    this.#book.release(id, now, ({ counted }) => {
      const { outbox, runs } = this.#book.memory;
      this.#ports.store.remove(id);
      runs.forget(id);
      runs.insert(id, record, flushAt);
      const atHand = { ...partingOf(state), record };
      outbox.finished(id, atHand);
      if (counted) outbox.openAgain(id, now, now + this.#settings.archiveRetryMs);
    });
    this.#book.memory.timers.set(id, flushAt);
    this.#ports.log.warn("a run in quarantine was ended as failed", {
      correlation_id: state.header.correlationId,
      run_id: id,
      code: mark.code,
    });
    return state;
  }

  /** The run as it is, ended; a stub in its place when it cannot be read, or not be written down. */
  #ended(id: RunId, { tenant, known }: EndRequest, problem: Fault, now: Instant): { state: RunState; record: string } {
    const codec = codecOf(this.#ports.forms);
    let told = { ...known, ...this.#known(id) };
    try {
      const state = this.#book.memory.runs.load(id);
      // It had ended and could not be stored as it was: it would be set aside again.
      const isRefused = problem.code === "RUN_UNSTORABLE" && state && TERMINAL_RUN.has(state.header.status);
      if (isRefused) told = identityOf(told);
      const ended = isRefused ? null : state && endAsFailed(state, problem, now);
      if (ended && TERMINAL_RUN.has(ended.header.status)) {
        partingOf(ended);
        return { state: ended, record: codec.encode(ended) };
      }
    } catch {
      // What is left of it is worth more than nothing.
    }
    const stub = failedStub(id, tenant, told, problem, now);
    return { state: stub, record: codec.encode(stub) };
  }

  #gone(id: RunId, now: Instant): RetryReceipt {
    if (this.#book.memory.runs.has(id))
      throw new RuntimeHostError(fault("RECORD_UNREADABLE", "a part of the run is missing"));
    this.#book.release(id, now, () => undefined);
    return { kind: "unknown" };
  }

  #known(id: RunId): Salvage {
    return salvage(this.#book.memory.runs.texts(id));
  }
}

/** What of a run must not be lost although something about it cannot be stored: when it was begun, and by whom. */
const identityOf = ({ createdAt, correlationId, idempotencyKey, requestHash }: Salvage): Salvage => ({
  ...(createdAt === undefined ? {} : { createdAt }),
  ...(correlationId === undefined ? {} : { correlationId }),
  ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  ...(requestHash === undefined ? {} : { requestHash }),
});
