import type { JsonObject } from "../../contracts/json.ts";
import { acceptEnvelope } from "../../src/core/envelope/envelope.ts";
import { HTTP_STATUS, isRetryable, type Fault } from "../../src/core/errors.ts";
import { keyedRunId } from "../../src/core/run/run-id.ts";
import type { Accepted } from "../../src/infra/host/services.ts";
import type { Result } from "../../src/core/result.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { ClientAudit } from "./audit/clients.ts";
import type { Findings } from "./audit/findings.ts";
import type { Isolate, Isolates } from "./isolates.ts";
import type { Act, Scenario } from "./scenario.ts";
import type { Universe } from "./universe.ts";

const GATEWAYS = ["gateway-a", "gateway-b"] as const;
/** A client that got no answer to a keyed request asks again, this often and after this long. */
const TRIES = 3;
const PATIENCE_MS = 2_500;

export interface ClientOptions {
  readonly isolates: Isolates;
  readonly scenario: Scenario;
  readonly ids: Ids;
  readonly rings: number;
  readonly audit: ClientAudit;
  readonly findings: Findings;
}

/** The people outside: they ask, look, change their minds, and remember every word they were told. */
export class Clients {
  readonly #universe: Universe;
  readonly #options: ClientOptions;
  /** The run of each request, once a client was told of it. */
  readonly #runs = new Map<number, string>();
  readonly #paused = new Set<string>();
  #turn = 0;

  constructor(universe: Universe, options: ClientOptions) {
    this.#universe = universe;
    this.#options = options;
  }

  act({ does, request }: Act): void {
    if (does.what === "submit") return void this.#submit(request, does.body, does.waitMs, 1);
    const run = this.#runs.get(request);
    if (run === undefined) return;
    if (does.what === "read") return void this.look(run);
    if (does.what === "pause") this.#paused.add(run);
    const event = does.what === "cancel" ? ({ type: "cancel", reason: "changed my mind" } as const) : { type: does.what };
    void this.#ask("control", ({ coordinator }) => coordinator.control("default", run, event)).catch(() => undefined);
  }

  /** Nothing stays paused. Other runs are left alone: they must end without being looked at. */
  resumeAll(): void {
    for (const run of this.#paused)
      void this.#ask("resume", ({ coordinator }) => coordinator.control("default", run, { type: "resume" })).catch(() => undefined);
  }

  async look(run: string): Promise<void> {
    const asked = this.#options.audit.asking();
    try {
      const view = await this.#ask("look", ({ runs }) => runs.view("default", run));
      this.#options.audit.saw(run, view, asked);
    } catch {
      // No answer says nothing.
    }
  }

  async #submit(request: number, body: "same" | "other", waitMs: number, attempt: number): Promise<void> {
    const { audit, findings, scenario } = this.#options;
    const asked = scenario.requests[request];
    if (!asked) return;
    const marker = `request ${request}, ${body}`;
    const moment = audit.asking();
    let outcome: Result<Accepted, Fault> | null = null;
    try {
      outcome = await this.#ask(`submit ${marker}`, (gateway) => this.#send(gateway, asked.operation, asked.payload(marker), asked.key, waitMs));
    } catch {
      // The gateway died, or its answer was lost.
    }
    if (outcome?.ok) {
      this.#runs.set(request, outcome.value.runId);
      return audit.accepted(outcome.value.runId, marker, outcome.value.payload, moment);
    }
    if (outcome && !(outcome.error.code in HTTP_STATUS)) findings.add("coded", `${marker}: ${JSON.stringify(outcome.error)}`);
    if (outcome?.error.code === "RUNTIME_ERROR") findings.add("coded", `${marker}: ${outcome.error.message}`);
    if (outcome?.error.code === "IDEMPOTENCY_CONFLICT" && asked.key !== null)
      audit.conflicted(keyedRunId("default", asked.key, this.#options.rings), marker);
    if (outcome && !isRetryable(outcome.error)) audit.refused++;
    else if (asked.key !== null && attempt < TRIES)
      this.#universe.timeline.after(PATIENCE_MS, () => void this.#submit(request, body, waitMs, attempt + 1));
  }

  #send(
    { envelopes, process }: Isolate,
    operation: string,
    payload: JsonObject,
    key: string | null,
    waitMs: number,
  ): Promise<Result<Accepted, Fault>> {
    const { ids } = this.#options;
    const wire = {
      source_node: "client",
      operation,
      payload,
      ...(key === null ? {} : { metadata: { idempotency_key: key } }),
    };
    const assign = { correlationId: ids.uuid(), envelopeId: ids.uuid(), now: process.clock.now() };
    const envelope = acceptEnvelope(wire, assign);
    if (!envelope.ok) return Promise.resolve(envelope);
    return envelopes.accept(envelope.value, { tenant: "default", waitMs, registryVersion: null });
  }

  /** Asks a gateway something; rejects when it dies before it has answered. */
  #ask<T>(what: string, work: (gateway: Isolate) => Promise<T>): Promise<T> {
    const gateway = this.#options.isolates.get(GATEWAYS[this.#turn++ % GATEWAYS.length] ?? "gateway-a");
    this.#universe.note("client", `${what} at ${gateway.process.name}`);
    return new Promise((resolve, reject) => {
      const forget = gateway.process.onDeath(() => reject(new Error("the connection was lost")));
      work(gateway).then(resolve, reject).finally(forget);
    });
  }
}
