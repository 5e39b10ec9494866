import type { JsonObject } from "../../contracts/json/json.ts";
import { ANY_DEAD_LETTER } from "../../src/core/dead-letters/query.ts";
import { acceptEnvelope } from "../../src/core/envelope/envelope.ts";
import { isRetryable, type Fault } from "../../src/core/errors.ts";
import { nodeRef } from "../../src/core/registry/node.ts";
import type { Result } from "../../src/core/result.ts";
import { keyedRunId } from "../../src/core/run/model/run-id.ts";
import type { Accepted } from "../../src/app/operations/envelope-service.ts";
import type { BlobStore } from "../../src/spi/blob-store.ts";
import type { ControlEvent } from "../../src/spi/run-coordinator.ts";
import type { Ids } from "../../src/spi/clock.ts";
import type { ClientAudit } from "./audit/clients.ts";
import type { CommitAudit } from "./audit/commits.ts";
import type { Findings } from "./audit/findings.ts";
import { Copies } from "./copies.ts";
import type { Backends } from "./backends.ts";
import type { Isolate } from "./isolate.ts";
import type { Isolates } from "./isolates.ts";
import { Line } from "./line.ts";
import { Publisher, type Published } from "./publisher.ts";
import { Registrar } from "./registrar.ts";
import type { Scenario } from "./scenario.ts";
import type { Act } from "./script.ts";
import { EVENT } from "./sim-node.ts";
import { markerOf, type SimRequest } from "./sim-request.ts";
import type { Universe } from "./universe.ts";
import { timedUuid } from "../../src/core/search/told-time.ts";
import { callFor } from "../support/call.ts";

const TENANT = "default";
/** A client that got no answer to a keyed request asks again, this often and after this long. */
const TRIES = 3;
const PATIENCE_MS = 2_500;

export interface ClientOptions {
  readonly isolates: Isolates;
  readonly scenario: Scenario;
  readonly ids: Ids;
  readonly rings: number;
  readonly backends: Backends;
  readonly audit: ClientAudit;
  readonly commits: CommitAudit;
  readonly findings: Findings;
}

/** The people outside: they ask, look, change their minds, and remember every word they were told. */
export class Clients {
  readonly #universe: Universe;
  readonly #options: ClientOptions;
  readonly #line: Line;
  readonly #copies: Copies;
  readonly #registrar: Registrar;
  readonly #bus: Publisher;
  /** The run of each request, once a client was told of it. */
  readonly #runs = new Map<number, string>();
  readonly #paused = new Set<string>();

  constructor(universe: Universe, options: ClientOptions) {
    this.#universe = universe;
    this.#options = options;
    this.#line = new Line(universe, options.isolates, options.findings);
    this.#copies = new Copies({ ...options, line: this.#line });
    this.#registrar = new Registrar(this.#line, options.scenario.nodes);
    this.#bus = new Publisher(this.#line, options);
  }

  act({ does, request }: Act): void {
    if (does.what === "submit") return void this.#submit(request, does.body, does.waitMs, 1);
    if (does.what === "redrive the dead") return void this.#redrive();
    if (does.what === "register") return void this.#registrar.register(does.node);
    if (does.what === "move") return void this.#registrar.move(does.node, does.to);
    if (does.what === "trigger") return void this.#bus.send(does);
    if (does.what === "spoil the cache") return void spoil(this.#options.backends.blobs);
    const run = this.#runs.get(request);
    if (run === undefined) return;
    switch (does.what) {
      case "read":
        return void this.look(run);
      case "rerun":
        return void this.#copies.rerun(run, does);
      case "replay":
        return void this.#copies.replay(run);
      case "export":
        return void this.#copies.takeAway(run);
      case "import":
        return void this.#copies.bringBack(run);
      case "delete":
        return void this.#delete(run);
      case "send event":
        return void this.#line.ask("send event", ({ control }) =>
          control.signal(callFor(TENANT), run, EVENT, `event for ${run}`, does.keyed ? "once" : null),
        );
      case "approve":
        return void this.#approve(run, does.approved);
      case "pause":
        this.#paused.add(run);
        return this.#steer(run, { type: "pause" });
      case "resume":
        return this.#steer(run, { type: "resume" });
      case "cancel":
        return this.#steer(run, { type: "cancel", reason: "changed my mind" });
    }
  }

  /** The bus messages that are on their way for sure. */
  get published(): readonly Published[] {
    return this.#bus.published;
  }

  /** What was sent until now is older than what is kept. */
  forgetMessages(): void {
    this.#bus.published.length = 0;
  }

  /** Nothing stays paused. Other runs are left alone: they must end without being looked at. */
  resumeAll(): void {
    for (const run of this.#paused) this.#steer(run, { type: "resume" });
  }

  async look(run: string): Promise<void> {
    const { audit } = this.#options;
    const asked = audit.asking();
    const view = await this.#view(run);
    if (view?.ok) audit.saw(run, view.value, asked);
  }

  #steer(run: string, event: ControlEvent): void {
    void this.#line.ask(event.type, ({ control }) => control.control(callFor(TENANT), run, event));
  }

  #view(run: string): Promise<Result<JsonObject | null, Fault> | null> {
    return this.#line.ask(
      "look",
      async ({ runs }) => ({ ok: true, value: await runs.view(callFor(TENANT), run) }) as const,
    );
  }

  async #submit(request: number, body: "same" | "other", waitMs: number, attempt: number): Promise<void> {
    const { audit, scenario, rings } = this.#options;
    const asked = scenario.requests[request];
    if (!asked) return;
    const marker = markerOf(request, asked, body);
    const moment = audit.asking();
    const withdrawn = new Set(this.#registrar.archived);
    const outcome = await this.#line.ask(`submit ${marker}`, (gateway) => this.#send(gateway, asked, marker, waitMs));
    if (outcome?.ok) {
      const { runId, payload } = outcome.value;
      this.#runs.set(request, runId);
      // With a key, it may be the run of somebody who asked before.
      if (asked.key === null) this.#lookAtPlan(runId, withdrawn);
      return audit.accepted(runId, marker, payload, moment);
    }
    if (outcome?.error.code === "IDEMPOTENCY_CONFLICT" && asked.key !== null)
      audit.conflicted(keyedRunId(TENANT, asked.key, rings), marker);
    if (outcome && !isRetryable(outcome.error)) audit.refused++;
    else if (asked.key !== null && attempt < TRIES)
      this.#universe.timeline.after(PATIENCE_MS, () => void this.#submit(request, body, waitMs, attempt + 1));
  }

  #send(gateway: Isolate, asked: SimRequest, marker: string, waitMs: number): Promise<Result<Accepted, Fault>> {
    const { ids } = this.#options;
    const { operation, payload, key, chains } = asked;
    const metadata = key === null ? {} : { metadata: { idempotency_key: key } };
    const wire = { source_node: "client", operation, payload: payload(marker), ...chains, ...metadata };
    const now = gateway.process.clock.now();
    const assign = { correlationId: timedUuid(now, ids.uuid()), envelopeId: ids.uuid(), now };
    const envelope = acceptEnvelope(wire, assign);
    if (!envelope.ok) return Promise.resolve(envelope);
    const registryVersion = this.#registrar.seen;
    return gateway.envelopes.accept(callFor(TENANT, envelope.value.correlationId), envelope.value, {
      waitMs,
      registryVersion,
    });
  }

  /** A run that began after its client had seen a node archived does without it. */
  #lookAtPlan(run: string, withdrawn: ReadonlySet<string>): void {
    const { commits, findings } = this.#options;
    for (const { name, version } of commits.runs.get(run)?.nodes ?? [])
      if (withdrawn.has(nodeRef({ name, version })))
        findings.add("seen", `run ${run} uses ${name}@${version}, which its client knew to be archived`);
  }

  async #delete(run: string): Promise<void> {
    const { audit } = this.#options;
    audit.deleting(run);
    const outcome = await this.#line.ask("delete", ({ removal }) => removal.remove(callFor(TENANT), run));
    if (outcome?.ok) audit.deleted(run);
  }

  async #approve(run: string, approved: boolean): Promise<void> {
    const seen = await this.#view(run);
    const steps = (seen?.ok && (seen.value?.["steps"] as readonly JsonObject[] | undefined)) || [];
    for (const { id, status } of steps)
      if (status === "waiting")
        this.#steer(run, { type: "approve", step: String(id), approved, word: { by: "client" } });
  }

  async #redrive(): Promise<void> {
    await this.#line.ask("redrive the dead", async ({ deadLetters }) => {
      await deadLetters.redriveMatching(callFor(TENANT), ANY_DEAD_LETTER, { limit: 50, after: null });
      return { ok: true, value: null } as const;
    });
  }
}

/** Somebody has written over what the cache keeps outside its rows. */
async function spoil(blobs: BlobStore): Promise<void> {
  for (const key of await blobs.list("cache/")) await blobs.put(key, JSON.stringify("spoilt"));
}
