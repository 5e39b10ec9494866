import type { RunSummaryView } from "../../../contracts/api/run.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { chainsToWire } from "../../../contracts/documents/envelope.ts";
import type { Envelope } from "../../core/envelope/envelope.ts";
import { fault, faultOf, type Fault } from "../../core/errors.ts";
import { handlerTypeFault } from "../../core/operation/handler-type.ts";
import { isHandlerOperation } from "../../core/operation/handler-operations.ts";
import { responseOfOutputs } from "../../core/operation/operation-node.ts";
import { checkReferences } from "../../core/chain/check-references.ts";
import { boundedPlan } from "../../core/plan/assemble/bounded-plan.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { CLIENT, type OwnOrigin } from "../../core/run/model/origin.ts";
import { TERMINAL_RUN, type RunState } from "../../core/run/model/state.ts";
import { begin } from "../../core/run/reduce/begin.ts";
import { outputsOf, summarizeRun } from "../../core/run/views/view.ts";
import { Budget } from "../../core/schema/budget.ts";
import { MAX_VALIDATION_WORK } from "../../core/schema/validate/validate.ts";
import type { Timer } from "../../spi/timer.ts";
import { requestOf } from "../begin/identity.ts";
import type { RunStarter, Wanted } from "../begin/run-starter.ts";
import type { CallContext } from "../call-context.ts";
import { CpuAllowance } from "../execute/cpu-allowance.ts";
import { storeState, type ValuePorts } from "../execute/value-store.ts";
import type { HandlerRouter } from "../execute/handler-router.ts";
import { validationMs } from "../execute/judge-state.ts";
import { checkGiven } from "../plan/given.ts";
import type { Planner } from "../plan/planner.ts";
import type { Planned } from "../plan/planning.ts";

export interface EnvelopePorts extends ValuePorts {
  readonly starter: RunStarter;
  readonly planner: Planner;
  readonly router: HandlerRouter;
  /** Gives way to others between pieces of work. */
  readonly timer: Timer;
}

export interface AcceptOptions {
  /** Hold the answer until the run ends, at most this long. 0 answers at once. */
  readonly waitMs: number;
  /** A registry version the caller must see, from an earlier answer; null for any. */
  readonly registryVersion: string | null;
  /** Why the run is wanted; a client asks for it when left out. */
  readonly origin?: OwnOrigin;
}

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
export function envelopeService(ports: EnvelopePorts): EnvelopeService {
  return {
    async accept(call, envelope, options) {
      try {
        const started = await ports.starter.start(
          call.tenant,
          wantedBy(call, envelope, options, ports),
          options.waitMs,
        );
        return started.ok ? ok(answer(started.value)) : started;
      } catch (thrown) {
        return err(faultOf(thrown, "the envelope could not be processed"));
      }
    },
  };
}

function wantedBy(
  call: CallContext,
  envelope: Envelope,
  { registryVersion, origin = CLIENT }: AcceptOptions,
  ports: EnvelopePorts,
): Wanted<Planned> {
  const { tenant } = call;
  const { operation, payload, targetNode, handlerType, envelopeId, sourceNode, chains, metadata } = envelope;
  const key = metadata.idempotencyKey;
  const asked = (): JsonObject => ({
    operation,
    target_node: targetNode,
    payload,
    ...(chains ? { chains: chainsToWire(chains) } : {}),
  });
  const identity = ports.starter.identify(tenant, { key, asked });
  const cpu = call.cpu ?? new CpuAllowance();
  return {
    identity,
    inline: cpu,
    taken: conflict(key),
    async plan() {
      const misrouted = handlerTypeFault(operation, handlerType, ports.router.handlerTypes);
      if (misrouted) return err(misrouted);
      const request = { operation, payload, targetNode };
      const { ground, made } = await ports.planner.plan(tenant, request, registryVersion);
      if (!made.ok) return made;
      while (cpu.isTired) await cpu.turn(ports.timer);
      const work = new Budget(MAX_VALIDATION_WORK);
      const refused =
        checkGiven(made.value, ground.snapshot, work) ?? (chains ? checkReferences(chains, made.value.plan) : null);
      cpu.spend(validationMs(work.used));
      return refused ? err(refused) : made;
    },
    async begin({ plan, given }) {
      const asking = { operation, envelopeId, sourceNode, origin, tags: metadata.tags, ...(chains ? { chains } : {}) };
      const request = requestOf(call, identity, asking);
      return ok(begin(request, boundedPlan(plan), await storeState(tenant, given, ports), identity.createdAt));
    },
  };
}

function answer(state: RunState): Accepted {
  const { status, fault: problem, id } = state.header;
  const ended = TERMINAL_RUN.has(status);
  return {
    status: ended ? 200 : 202,
    runId: id,
    success: ended ? status === "succeeded" : null,
    fault: ended ? problem : null,
    payload: payloadOf(state),
  };
}

/** What a handler answered stands beside how the run stands, as whoever sent the operation expects it. */
function payloadOf(state: RunState): RunSummaryView {
  const summary = summarizeRun(state);
  const { operation, status } = state.header;
  if (status !== "succeeded" || !isHandlerOperation(operation)) return summary;
  return { ...responseOfOutputs(operation, outputsOf(state)), ...summary };
}

const conflict = (key: string | null): Fault =>
  fault("IDEMPOTENCY_CONFLICT", `the idempotency key '${key ?? ""}' was used for another request`, {
    place: "$.metadata.idempotency_key",
    hint: "send the same operation and payload as the first time, or use a new key",
  });
