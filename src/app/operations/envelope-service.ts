import type { RunSummaryView } from "../../../contracts/api/run.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { Envelope } from "../../core/envelope/envelope.ts";
import { fault, faultOf, type Fault } from "../../core/errors.ts";
import { checkReferences } from "../../core/chain/check-references.ts";
import { boundedPlan } from "../../core/plan/assemble/bounded-plan.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { apply, begin } from "../../core/run/reduce/begin.ts";
import { decodeRun, encodeRun } from "../../core/run/codec/codec.ts";
import { partingOf } from "../../core/run/reduce/departure.ts";
import type { Intent, LeaseSettings, RunEvent } from "../../core/run/model/event.ts";
import { StateHasher, valueHash } from "../../core/run/model/hash.ts";
import { reduce } from "../../core/run/reduce/reduce.ts";
import { keyedRunId, runId } from "../../core/run/model/run-id.ts";
import { TERMINAL_RUN, type Instant, type RunHeader, type RunState } from "../../core/run/model/state.ts";
import { summarizeRun } from "../../core/run/views/view.ts";
import { workOf } from "../../core/run/dispatch/work-of.ts";
import { Budget } from "../../core/schema/budget.ts";
import { MAX_VALIDATION_WORK } from "../../core/schema/validate/validate.ts";
import type { Ids } from "../../spi/clock.ts";
import type { Receipt, RunCoordinator, Submission } from "../../spi/run-coordinator.ts";
import { announceEnd, type AnnouncePorts } from "../archive/announce-end.ts";
import { CpuAllowance, PUT_OFF } from "../execute/cpu-allowance.ts";
import { executeWork, storeState, type ExecutorPorts } from "../execute/executor.ts";
import { validationMs } from "../execute/judge-state.ts";
import { checkGiven } from "../plan/given.ts";
import type { Planner } from "../plan/planner.ts";
import type { Planned } from "../plan/planning.ts";
import { deletedKey } from "../runs/run-faults.ts";
import type { RunReader } from "../runs/run-reader.ts";
import type { CallContext } from "../call-context.ts";

export interface EnvelopePorts extends ExecutorPorts {
  readonly coordinator: RunCoordinator;
  readonly planner: Planner;
  readonly runs: RunReader;
  readonly ids: Ids;
  /** Keeps work alive after the answer. */
  readonly background: (work: Promise<unknown>) => void;
  /** Where the ends of runs are announced that something follows. */
  readonly triggerBus: AnnouncePorts["triggerBus"];
}

export interface EnvelopeSettings {
  /** How many rings there are, 1 to 256. */
  readonly rings: number;
  readonly leases: LeaseSettings;
}

export interface AcceptOptions {
  /** Hold the answer until the run ends, at most this long. 0 answers at once. */
  readonly waitMs: number;
  /** A registry version the caller must see, from an earlier answer; null for any. */
  readonly registryVersion: string | null;
  /** Where the run comes from, when no client asked for it. */
  readonly origin?: RunOrigin;
}

/** What led to a run: another run, or a bus message. */
export type RunOrigin = Pick<RunHeader, "lineage" | "trigger">;

/** An accepted envelope: 200 with everything when the run has ended, 202 while it goes on. */
export interface Accepted {
  readonly status: 200 | 202;
  readonly runId: string;
  /** Null while the run goes on. */
  readonly success: boolean | null;
  readonly fault: Fault | null;
  /** The payload of the response envelope. */
  readonly payload: RunSummaryView;
}

export interface EnvelopeService {
  /** The envelope has its correlation id already, and the call has the same. Refusals have written nothing. */
  accept(call: CallContext, envelope: Envelope, options: AcceptOptions): Promise<Result<Accepted, Fault>>;
}

/**
 * The way of an envelope: plan, place, execute what is pure right here, hand the rest to a ring in one call. Refusals
 * happen before anything is written.
 */
export function envelopeService(ports: EnvelopePorts, settings: EnvelopeSettings): EnvelopeService {
  return {
    async accept(call, envelope, options) {
      try {
        return await accept(call, envelope, options, ports, settings);
      } catch (thrown) {
        return err(faultOf(thrown, "the envelope could not be processed"));
      }
    },
  };
}

async function accept(
  call: CallContext,
  envelope: Envelope,
  options: AcceptOptions,
  ports: EnvelopePorts,
  settings: EnvelopeSettings,
): Promise<Result<Accepted, Fault>> {
  const { tenant } = call;
  const key = envelope.metadata.idempotencyKey;
  const identity = identify(envelope, tenant, ports, settings);
  const { operation, payload, targetNode } = envelope;
  const { ground, made: planned } = await ports.planner.plan(
    tenant,
    { operation, payload, targetNode },
    options.registryVersion,
  );
  const { chains } = envelope;
  const cpu = call.cpu ?? new CpuAllowance();
  while (cpu.isTired) await cpu.turn(ports.timer);
  const work = new Budget(MAX_VALIDATION_WORK);
  const refused = planned.ok
    ? (checkGiven(planned.value, ground.snapshot, work) ??
      (chains ? checkReferences(chains, planned.value.plan) : null))
    : planned.error;
  cpu.spend(validationMs(work.used));
  if (!planned.ok || refused) {
    const earlier = key === null ? null : await repeated(identity, tenant, options, ports);
    return earlier ?? err(refused as Fault);
  }
  const begun = await beginRun(call, envelope, options, identity, planned.value, ports);
  const state = await runInline(begun, { ...ports, cpu }, settings);
  const finished = TERMINAL_RUN.has(state.header.status);
  const receipt = await place(tenant, ports, identity.createdAt, {
    runId: identity.id,
    requestHash: identity.requestHash,
    keyed: key !== null,
    finished: finished ? partingOf(state) : null,
    record: encodeRun(state),
    waitMs: options.waitMs,
  });
  if (receipt.kind === "conflict") return err(conflict(key));
  if (receipt.kind === "duplicate")
    return (await repeated(identity, tenant, options, ports)) ?? err(deletedKey(key ?? "", identity.id));
  if (finished) {
    // Who starts a run for a trigger does what follows right away.
    if (!state.header.trigger) ports.background(announceEnd(state.header, ports));
    return ok(answer(state));
  }
  return ok(answer(receipt.record === null ? state : decodeRun(receipt.record)));
}

/**
 * Hands the run to its ring. A call that broke while it waited may have placed the run all the same; one that was created
 * at another moment is an earlier run under the same key, which may be about to be forgotten.
 */
async function place(
  tenant: string,
  ports: EnvelopePorts,
  createdAt: Instant,
  submission: Submission,
): Promise<Receipt> {
  try {
    return await ports.coordinator.submit(submission);
  } catch (thrown) {
    const placed = submission.finished ? null : await ports.runs.wait(tenant, submission.runId, submission.waitMs ?? 0);
    const isSame = placed?.header.requestHash === submission.requestHash && placed.header.createdAt === createdAt;
    if (!placed || !isSame) throw thrown;
    return { kind: "accepted", record: encodeRun(placed) };
  }
}

interface Identity {
  readonly id: string;
  /** When the run is created: the moment its id tells, unless the id follows from a key. */
  readonly createdAt: Instant;
  /** Tells a repeated request from a conflicting one; empty when no key could make them meet. */
  readonly requestHash: string;
}

function identify(envelope: Envelope, tenant: string, ports: EnvelopePorts, settings: EnvelopeSettings): Identity {
  const key = envelope.metadata.idempotencyKey;
  const createdAt = ports.clock.now();
  if (key === null)
    return { id: runId(ports.ids.ring(settings.rings), ports.ids.ulid(createdAt)), createdAt, requestHash: "" };
  const asked: JsonObject = {
    operation: envelope.operation,
    target_node: envelope.targetNode,
    payload: envelope.payload,
    ...(envelope.chains ? { chains: envelope.chains as unknown as JsonObject } : {}),
  };
  return { id: keyedRunId(tenant, key, settings.rings), createdAt, requestHash: valueHash(asked) };
}

async function beginRun(
  { tenant }: CallContext,
  envelope: Envelope,
  { origin = {} }: AcceptOptions,
  identity: Identity,
  { plan, given }: Planned,
  ports: EnvelopePorts,
): Promise<RunState> {
  const request = {
    id: identity.id,
    tenant,
    operation: envelope.operation,
    correlationId: envelope.correlationId,
    envelopeId: envelope.envelopeId,
    sourceNode: envelope.sourceNode,
    idempotencyKey: envelope.metadata.idempotencyKey,
    requestHash: identity.requestHash,
    tags: envelope.metadata.tags,
    ...(envelope.chains ? { chains: envelope.chains } : {}),
    ...origin,
  };
  return begin(request, boundedPlan(plan), await storeState(tenant, given, ports), identity.createdAt);
}

/** Executes the inline segments before any object is touched. A gateway that dies here has written nothing. */
async function runInline(begun: RunState, ports: EnvelopePorts, settings: EnvelopeSettings): Promise<RunState> {
  if (!begun.plan.segments.some((segment) => segment.inline)) return begun;
  let state = begun;
  const hasher = new StateHasher();
  const send = (event: RunEvent): readonly Intent[] => {
    const transition = reduce(state, event, ports.clock.now(), settings.leases);
    state = apply(state, transition);
    return transition.intents;
  };
  const intents = [...send({ type: "inline" })];
  // What an answer makes ready is added while the list is walked.
  for (const intent of intents) {
    if (intent.type === "dispatch") {
      const work = workOf(state, intent, "whole");
      const results = await executeWork(work, work.values ?? {}, ports, hasher);
      const { segment, token } = intent;
      const deferred = results.length === 0 ? { deferred: PUT_OFF } : {};
      intents.push(...send({ type: "answer", segment, token, results, ...deferred }));
    } else if (intent.type === "replan") {
      const result = await otherPlan(state, ports);
      if (result === null) return state;
      intents.push(...send({ type: "replanned", token: intent.token, result }));
    }
  }
  return state;
}

/** Null when the registry cannot be asked: the run's ring will ask again. */
async function otherPlan(state: RunState, ports: EnvelopePorts): Promise<Result<Plan, Fault> | null> {
  try {
    return await ports.planner.replan(state);
  } catch (thrown) {
    ports.log.warn("a run could not be given another plan here; its ring asks again", {
      correlation_id: state.header.correlationId,
      run_id: state.header.id,
      code: faultOf(thrown).code,
    });
    return null;
  }
}

/** The first answer to a request that came before, wherever its run is by now; null when there is none. */
async function repeated(
  identity: Identity,
  tenant: string,
  options: AcceptOptions,
  ports: EnvelopePorts,
): Promise<Result<Accepted, Fault> | null> {
  const state = await ports.runs.wait(tenant, identity.id, options.waitMs);
  if (!state) return null;
  return state.header.requestHash === identity.requestHash
    ? ok(answer(state))
    : err(conflict(state.header.idempotencyKey));
}

function answer(state: RunState): Accepted {
  const { status, fault: problem, id } = state.header;
  const ended = TERMINAL_RUN.has(status);
  return {
    status: ended ? 200 : 202,
    runId: id,
    success: ended ? status === "succeeded" : null,
    fault: ended ? problem : null,
    payload: summarizeRun(state),
  };
}

const conflict = (key: string | null): Fault =>
  fault("IDEMPOTENCY_CONFLICT", `the idempotency key '${key ?? ""}' was used for another request`, {
    place: "$.metadata.idempotency_key",
    hint: "send the same operation and payload as the first time, or use a new key",
  });
