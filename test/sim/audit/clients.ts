import type { JsonObject } from "../../../contracts/json/json.ts";
import { decodeRun } from "../../../src/core/run/codec/codec.ts";
import { TERMINAL_RUN, type RunStatus } from "../../../src/core/run/model/state.ts";
import { isoTime } from "../../../src/core/run/model/time.ts";
import type { Findings } from "./findings.ts";

/** One of the runs that had an id: a key whose memory is over begins another one. */
interface Told {
  readonly createdAt: string;
  /** When a client first heard of it. */
  readonly since: number;
  /** It is older than what is kept. */
  isOld: boolean;
  /** The bodies that were answered with this run. */
  readonly bodies: Set<string>;
  /** What was said of its end, once, and when. */
  end: string | null;
  endedAt: number;
}

/** Remembers what clients were told, and holds the system to it. */
export class ClientAudit {
  /** Runs somebody asked to be deleted. */
  readonly #doomed = new Set<string>();
  /** What began before this moment is older than what is kept. */
  #keptSince = Number.NEGATIVE_INFINITY;
  readonly deletions = new Map<string, number>();
  /** The runs of each id, oldest first. */
  readonly #told = new Map<string, Told[]>();
  /** Runs that were taken in from a file: whether they are there is no longer for a deletion to say. */
  readonly #revived = new Set<string>();
  readonly #conflicts: { readonly runId: string; readonly body: string }[] = [];
  readonly #findings: Findings;
  refused = 0;
  #moments = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** Every run id a client was told of. */
  get known(): Iterable<string> {
    return this.#told.keys();
  }

  /** The moment a client asks, to tell answers that travelled slowly from those that are wrong. */
  asking(): number {
    return this.#moments++;
  }

  /** A request was accepted: from now on its run exists. */
  accepted(runId: string, body: string, payload: JsonObject, asked: number): void {
    this.#of(runId, payload).bodies.add(body);
    this.saw(runId, payload, asked);
  }

  /** Whatever has begun is older than what is kept from now on. */
  expire(now: number): void {
    this.#keptSince = now;
    for (const [told] of this.#told.values()) if (told) told.isOld = true;
    this.#conflicts.length = 0;
  }

  /** Whether a run that began then may be gone by now. */
  mayBeGone(runId: string, begunAt: number): boolean {
    return this.#doomed.has(runId) || begunAt < this.#keptSince;
  }

  deleting(runId: string): void {
    this.#doomed.add(runId);
  }

  deleted(runId: string): void {
    if (this.#generations(runId).length > 1 || this.#revived.has(runId)) return;
    this.deletions.set(runId, this.deletions.get(runId) ?? this.#moments++);
  }

  /** A file of the run is about to be taken in. */
  reviving(runId: string): void {
    this.#revived.add(runId);
    this.deletions.delete(runId);
  }

  /** A request was refused because of another one with the same key. */
  conflicted(runId: string, body: string): void {
    this.#conflicts.push({ runId, body });
  }

  /** A client looked at a run it knows to exist. */
  saw(runId: string, view: JsonObject | null, asked: number): void {
    if (view === null) {
      const newest = this.#generations(runId).at(-1);
      const mayBeMissing = this.#doomed.has(runId) || newest?.isOld === true || asked <= (newest?.since ?? -1);
      if (!mayBeMissing) this.#findings.add("kept", `run ${runId} was acknowledged and cannot be found`);
      return;
    }
    const told = this.#of(runId, view);
    const newest = this.#generations(runId).at(-1);
    if (newest && newest !== told && newest.since < asked)
      return this.#findings.add("kept", `run ${runId} of ${newest.createdAt} is that of ${told.createdAt} again`);
    if ((this.deletions.get(runId) ?? Number.POSITIVE_INFINITY) < asked)
      return this.#findings.add("kept", `run ${runId} was deleted and is ${String(view["status"])} again`);
    if (!TERMINAL_RUN.has(view["status"] as RunStatus)) {
      if (told.end !== null && told.endedAt < asked)
        this.#findings.add("kept", `run ${runId} had ended and is ${String(view["status"])} again`);
      return;
    }
    const end = endOf(view);
    if (told.end === null) {
      told.end = end;
      told.endedAt = this.#moments++;
    } else if (told.end !== end) this.#findings.add("kept", `run ${runId}: told ${told.end}, then ${end}`);
  }

  /** Compares answers and refusals with the record that is left. @param given where the request's body shows in a record */
  settle(runId: string, record: string | null, given: string): void {
    if (record === null) return this.#findings.add("kept", `run ${runId} has no record`);
    const state = decodeRun(record);
    const value = state.given[given];
    const body = value && "v" in value ? String(value.v) : "";
    const told = this.#generations(runId).find(({ createdAt }) => createdAt === isoTime(state.header.createdAt));
    for (const asked of told?.bodies ?? []) {
      if (asked !== body) this.#findings.add("own", `${asked} was answered with run ${runId} of ${body}`);
    }
    for (const conflict of this.#conflicts) {
      if (conflict.runId === runId && conflict.body === body)
        this.#findings.add("own", `${body} conflicts with itself in run ${runId}`);
    }
  }

  #generations(runId: string): readonly Told[] {
    return this.#told.get(runId) ?? [];
  }

  #of(runId: string, view: JsonObject): Told {
    const createdAt = String(view["created_at"]);
    const known = this.#generations(runId);
    const told = known.find((one) => one.createdAt === createdAt);
    if (told) return told;
    const fresh: Told = { createdAt, since: this.#moments++, isOld: false, bodies: new Set(), end: null, endedAt: 0 };
    this.#told.set(
      runId,
      [...known, fresh].sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1)),
    );
    // Whoever deletes from now on may mean either.
    if (known.length > 0) this.deletions.delete(runId);
    return fresh;
  }
}

/** What must never be told otherwise. Where a large value is kept may change, its content may not. */
function endOf({ status, outputs, error, finished_at, plan_hash }: JsonObject): string {
  const end = { status, outputs, error, finished_at, plan_hash };
  return JSON.stringify(end, (name, value: unknown) => (name === "$ref" ? undefined : value));
}
