import type { JsonObject } from "../../contracts/json.ts";
import { ANY_DEAD_LETTER } from "../../src/core/dead-letters/query.ts";
import { acceptEnvelope } from "../../src/core/envelope/envelope.ts";
import { HTTP_STATUS, isRetryable, type Fault } from "../../src/core/errors.ts";
import type { Result } from "../../src/core/result.ts";
import { keyedRunId } from "../../src/core/run/run-id.ts";
import type { Accepted } from "../../src/infra/host/services.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { ClientAudit } from "./audit/clients.ts";
import type { Findings } from "./audit/findings.ts";
import type { Isolate, Isolates } from "./isolates.ts";
import type { Act, Scenario } from "./scenario.ts";
import { EVENT } from "./sim-node.ts";
import type { SimRequest } from "./sim-request.ts";
import type { Universe } from "./universe.ts";

const GATEWAYS = ["gateway-a", "gateway-b"] as const;
const TENANT = "default";
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

type Answer<T> = Result<T, Fault> | null;

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
    if (does.what === "redrive the dead") return void this.#redrive();
    const run = this.#runs.get(request);
    if (run === undefined) return;
    switch (does.what) {
      case "read":
        return void this.look(run);
      case "rerun":
        return void this.#rerun(run);
      case "delete":
        return void this.#delete(run);
      case "send event":
        return void this.#ask("send event", ({ control }) => control.signal(TENANT, run, EVENT, `event for ${run}`));
      case "approve":
        return void this.#approve(run, does.approved);
      case "pause":
        this.#paused.add(run);
        return void this.#ask("pause", ({ control }) => control.control(TENANT, run, { type: "pause" }));
      case "resume":
        return void this.#ask("resume", ({ control }) => control.control(TENANT, run, { type: "resume" }));
      case "cancel":
        return void this.#ask("cancel", ({ control }) =>
          control.control(TENANT, run, { type: "cancel", reason: "changed my mind" }),
        );
    }
  }

  /** Nothing stays paused. Other runs are left alone: they must end without being looked at. */
  resumeAll(): void {
    for (const run of this.#paused)
      void this.#ask("resume", ({ control }) => control.control(TENANT, run, { type: "resume" }));
  }

  async look(run: string): Promise<void> {
    const { audit } = this.#options;
    const asked = audit.asking();
    const view = await this.#ask(
      "look",
      async ({ runs }) => ({ ok: true, value: await runs.view(TENANT, run) }) as const,
    );
    if (view?.ok) audit.saw(run, view.value, asked);
  }

  async #submit(request: number, body: "same" | "other", waitMs: number, attempt: number): Promise<void> {
    const { audit, scenario, rings } = this.#options;
    const asked = scenario.requests[request];
    if (!asked) return;
    const marker = `request ${request}, ${body}`;
    const moment = audit.asking();
    const outcome = await this.#ask(`submit ${marker}`, (gateway) => this.#send(gateway, asked, marker, waitMs));
    if (outcome?.ok) {
      this.#runs.set(request, outcome.value.runId);
      return audit.accepted(outcome.value.runId, marker, outcome.value.payload, moment);
    }
    if (outcome?.error.code === "IDEMPOTENCY_CONFLICT" && asked.key !== null)
      audit.conflicted(keyedRunId(TENANT, asked.key, rings), marker);
    if (outcome && !isRetryable(outcome.error)) audit.refused++;
    else if (asked.key !== null && attempt < TRIES)
      this.#universe.timeline.after(PATIENCE_MS, () => void this.#submit(request, body, waitMs, attempt + 1));
  }

  #send(gateway: Isolate, asked: SimRequest, marker: string, waitMs: number): Promise<Result<Accepted, Fault>> {
    const { ids } = this.#options;
    const { operation, payload, key } = asked;
    const metadata = key === null ? {} : { metadata: { idempotency_key: key } };
    const wire = { source_node: "client", operation, payload: payload(marker), ...metadata };
    const assign = { correlationId: ids.uuid(), envelopeId: ids.uuid(), now: gateway.process.clock.now() };
    const envelope = acceptEnvelope(wire, assign);
    if (!envelope.ok) return Promise.resolve(envelope);
    return gateway.envelopes.accept(envelope.value, { tenant: TENANT, waitMs, registryVersion: null });
  }

  async #rerun(run: string): Promise<void> {
    const { audit, ids } = this.#options;
    const moment = audit.asking();
    const whole = { from: null, downstream: true, given: {}, idempotencyKey: null };
    const outcome = await this.#ask("rerun", ({ control }) => control.rerun(TENANT, run, whole, ids.uuid()));
    if (outcome?.ok) audit.repeated(String(outcome.value["run_id"]), outcome.value, moment);
  }

  async #delete(run: string): Promise<void> {
    const { audit } = this.#options;
    audit.deleting(run);
    const outcome = await this.#ask("delete", ({ removal }) => removal.remove(TENANT, run));
    if (outcome?.ok) audit.deleted(run);
  }

  async #approve(run: string, approved: boolean): Promise<void> {
    const seen = await this.#ask(
      "look",
      async ({ runs }) => ({ ok: true, value: await runs.view(TENANT, run) }) as const,
    );
    const steps = (seen?.ok && (seen.value?.["steps"] as readonly JsonObject[] | undefined)) || [];
    for (const { id, status } of steps) {
      if (status !== "waiting") continue;
      const word = { type: "approve", step: String(id), approved, word: { by: "client" } } as const;
      void this.#ask("approve", ({ control }) => control.control(TENANT, run, word));
    }
  }

  async #redrive(): Promise<void> {
    await this.#ask("redrive the dead", async ({ deadLetters }) => {
      await deadLetters.redriveMatching(TENANT, ANY_DEAD_LETTER, { limit: 50, after: null });
      return { ok: true, value: null } as const;
    });
  }

  /** Asks a gateway something; null when it gave no answer. Whatever it refuses has a code. */
  #ask<T>(what: string, work: (gateway: Isolate) => Promise<Result<T, Fault>>): Promise<Answer<T>> {
    const { isolates, findings } = this.#options;
    const gateway = isolates.get(GATEWAYS[this.#turn++ % GATEWAYS.length] ?? "gateway-a");
    this.#universe.note("client", `${what} at ${gateway.process.name}`);
    return new Promise((resolve) => {
      const forget = gateway.process.onDeath(() => resolve(null));
      const hear = (answer: Answer<T>): void => {
        forget();
        if (answer?.ok === false && (!(answer.error.code in HTTP_STATUS) || answer.error.code === "RUNTIME_ERROR"))
          findings.add("coded", `${what}: ${JSON.stringify(answer.error)}`);
        resolve(answer);
      };
      work(gateway).then(hear, () => hear(null));
    });
  }
}
