import type { JsonObject } from "../../../contracts/json.ts";
import { decodeRun } from "../../../src/core/run/codec.ts";
import { TERMINAL_RUN, type RunStatus } from "../../../src/core/run/state.ts";
import type { Findings } from "./findings.ts";

interface Told {
  /** The bodies that were answered with this run. */
  readonly bodies: Set<string>;
  /** What was said of its end, once, and when. */
  end: string | null;
  endedAt: number;
}

/** Remembers what clients were told, and holds the system to it. */
export class ClientAudit {
  readonly told = new Map<string, Told>();
  /** Runs somebody asked to be deleted: they may be gone, and those in `deleted` are. */
  readonly doomed = new Set<string>();
  readonly deletions = new Map<string, number>();
  readonly #conflicts: { readonly runId: string; readonly body: string }[] = [];
  readonly #findings: Findings;
  refused = 0;
  #moments = 0;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** The moment a client asks, to tell answers that travelled slowly from those that are wrong. */
  asking(): number {
    return this.#moments++;
  }

  /** A request was accepted: from now on its run exists. */
  accepted(runId: string, body: string, payload: JsonObject, asked: number): void {
    this.#of(runId).bodies.add(body);
    this.saw(runId, payload, asked);
  }

  /** A run was repeated under an id of its own. */
  repeated(runId: string, payload: JsonObject, asked: number): void {
    this.saw(runId, payload, asked);
  }

  deleting(runId: string): void {
    this.doomed.add(runId);
  }

  deleted(runId: string): void {
    this.deletions.set(runId, this.deletions.get(runId) ?? this.#moments++);
  }

  /** A request was refused because of another one with the same key. */
  conflicted(runId: string, body: string): void {
    this.#conflicts.push({ runId, body });
  }

  /** A client looked at a run it knows to exist. */
  saw(runId: string, view: JsonObject | null, asked: number): void {
    if (view === null) {
      if (!this.doomed.has(runId)) this.#findings.add("kept", `run ${runId} was acknowledged and cannot be found`);
      return;
    }
    if ((this.deletions.get(runId) ?? Number.POSITIVE_INFINITY) < asked)
      return this.#findings.add("kept", `run ${runId} was deleted and is ${String(view["status"])} again`);
    const told = this.#of(runId);
    if (!TERMINAL_RUN.has(view["status"] as RunStatus)) {
      if (told.end !== null && told.endedAt < asked)
        this.#findings.add("kept", `run ${runId} had ended and is ${String(view["status"])} again`);
      return;
    }
    const { status, outputs, error, finished_at, plan_hash } = view;
    const end = JSON.stringify({ status, outputs, error, finished_at, plan_hash });
    if (told.end === null) {
      told.end = end;
      told.endedAt = this.#moments++;
    } else if (told.end !== end) this.#findings.add("kept", `run ${runId}: told ${told.end}, then ${end}`);
  }

  /** Compares answers and refusals with the record that is left. @param given where the request's body shows in a record */
  settle(runId: string, record: string | null, given: string): void {
    if (record === null) return this.#findings.add("kept", `run ${runId} has no record`);
    const value = decodeRun(record).given[given];
    const body = value && "v" in value ? String(value.v) : "";
    for (const asked of this.told.get(runId)?.bodies ?? []) {
      if (asked !== body) this.#findings.add("own", `${asked} was answered with run ${runId} of ${body}`);
    }
    for (const conflict of this.#conflicts) {
      if (conflict.runId === runId && conflict.body === body)
        this.#findings.add("own", `${body} conflicts with itself in run ${runId}`);
    }
  }

  #of(runId: string): Told {
    const told = this.told.get(runId) ?? { bodies: new Set(), end: null, endedAt: 0 };
    this.told.set(runId, told);
    return told;
  }
}
