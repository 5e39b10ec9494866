import type { WorkItemAnswer, WorkItemHeartbeat, WorkItemWanted } from "../../../contracts/api/pools.ts";
import { fault, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { StepLog } from "../../core/pool/step-log.ts";
import { workItemIdOf, type WorkItemId } from "../../core/pool/work-item.ts";
import { hasCode } from "../../core/registry/entrypoints.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { StepResult, WorkItem } from "../../core/run/dispatch/work-item.ts";
import type { NodeOutput } from "../../spi/handler.ts";
import type { SignedRequest } from "../../core/remote/signature.ts";
import type { Secrets } from "../../spi/secrets.ts";
import type { Pools } from "../../spi/pools.ts";
import type { Standing } from "../../spi/run-coordinator.ts";
import type { CallContext } from "../call-context.ts";
import { outputOfKind } from "../../core/run/reduce/output-of-kind.ts";
import { signerOf, type Signer } from "./signed-answer.ts";
import { faultFrom } from "./outcome.ts";
import { dismiss, limitsFor, type AdmissionPorts } from "../execute/admission.ts";
import { executeWorkItem, type ExecutorPorts } from "../execute/executor.ts";

export interface WorkItemPorts extends ExecutorPorts, AdmissionPorts {
  readonly pools: Pools | null;
  readonly secrets: Secrets;
}

/**
 * How whoever executes an attempt elsewhere, a runner or a remote node, answers it. The ring's token is the fence: the
 * first answer under it counts, and every other is refused with its reason and changes nothing.
 */
export interface WorkItemService {
  /** Who has signed a request about the item; AUTHENTICATION_ERROR where nobody has who may. */
  signer(token: string, request: SignedRequest): Promise<Result<Signer, Fault>>;
  /** WORK_ITEM_NOT_FOUND, WORK_ITEM_OVER, REQUEST_REJECTED for another run's. */
  answer(call: CallContext, token: string, answer: WorkItemAnswer): Promise<Result<{ readonly accepted: true }, Fault>>;
  /** Whether the answer is still wanted; says how far it has come. */
  heartbeat(call: CallContext, token: string, beat: WorkItemHeartbeat): Promise<Result<WorkItemWanted, Fault>>;
  /** The code of the item's node. */
  code(call: CallContext, token: string): Promise<Result<string, Fault>>;
}

export function workItemService(ports: WorkItemPorts): WorkItemService {
  const { coordinator, registry, pools } = ports;

  async function held(call: CallContext, token: string): Promise<Result<Held, Fault>> {
    const id = workItemIdOf(token);
    if (!id) return err(notFound("the token names no work item"));
    const standing = await coordinator.standing(id.runId, id.segment, id.lease);
    if (standing.kind !== "held") return err(overFault(standing, id));
    const { work: item } = standing;
    // Whose run it is, nobody else is told.
    if (item.tenant !== call.tenant) return err(overFault({ kind: "unknown" }, id));
    return item.steps.some(({ id: step }) => step === id.step)
      ? ok({ id, item })
      : err(notFound("the token names no step of the work item"));
  }

  /** What its pool has of an item that is over is forgotten. */
  const forget = async (call: CallContext, token: string): Promise<void> => {
    const name = workItemIdOf(token)?.pool ?? null;
    if (name !== null) await pools?.at({ tenant: call.tenant, name }).settle([token]);
  };

  return {
    signer: (token, request) => signerOf(token, request, ports),
    async answer(call, token, { run_id: runId, outcome, duration_ms: durationMs, log }) {
      const wrong = otherRun(token, runId);
      if (wrong) return err(wrong);
      const found = await held(call, token);
      if (!found.ok) {
        if (found.error.code === "WORK_ITEM_OVER") await forget(call, token);
        return found;
      }
      const { id, item } = found.value;
      const { kind } = await registry.definition(item.tenant, ...nodeOf(item, id));
      const answered = (): NodeOutput => {
        if (outcome.ok)
          return { ...outputOfKind(kind, outcome.output), ...(outcome.events ? { events: outcome.events } : {}) };
        throw new RuntimeHostError(faultFrom(outcome.error));
      };
      const values = item.values ?? {};
      const results = await executeWorkItem(aloneIn(item, id), values, { ...ports, answered });
      const lines = new StepLog(log).lines;
      const timed = results.map((result) => tookSoLong(result, durationMs, ports.clock.now(), lines));
      const accepted = await coordinator.report({ runId, segment: id.segment, token: id.lease, results: timed });
      await forget(call, token);
      const limits = limitsFor(item, values, ports);
      if (accepted && limits.length > 0) await dismiss([{ item, limits }], ports);
      if (accepted) return ok({ accepted: true });
      return err(overFault(await coordinator.standing(runId, id.segment, id.lease), id));
    },
    async heartbeat(call, token, { run_id: runId, progress }) {
      const wrong = otherRun(token, runId);
      if (wrong) return err(wrong);
      const found = await held(call, token);
      if (!found.ok)
        return found.error.code === "WORK_ITEM_OVER" ? ok({ wanted: false, reason: found.error.message }) : found;
      const { id, item } = found.value;
      const { segment, lease, step, pool } = id;
      // A runner speaks for its items to their pool.
      const extendMs = pool === null ? (stepOf(item, id)?.timeoutMs ?? 0) : 0;
      if (progress || extendMs > 0)
        await coordinator.progress({ runId, segment, token: lease, step, progress: progress ?? null, extendMs });
      return ok({ wanted: true, reason: null });
    },
    async code(call, token) {
      const found = await held(call, token);
      if (!found.ok) return found;
      const { id, item } = found.value;
      const node = await registry.definition(item.tenant, ...nodeOf(item, id));
      if (!hasCode(node.entrypoint)) return err(notFound("the item's node has no code"));
      return ok(await registry.code(item.tenant, node));
    },
  };
}

interface Held {
  readonly id: WorkItemId;
  readonly item: WorkItem;
}

const notFound = (message: string): Fault => fault("WORK_ITEM_NOT_FOUND", message);

function otherRun(token: string, runId: string): Fault | null {
  const id = workItemIdOf(token);
  if (!id || id.runId === runId) return null;
  return fault("REQUEST_REJECTED", "the token belongs to another run", {
    place: "$.run_id",
    hint: "answer every work item under the token it came with",
  });
}

function overFault({ kind }: Standing, { runId }: WorkItemId): Fault {
  if (kind === "unknown") return notFound("no run here waits for such a work item");
  const why = {
    held: "it waits",
    answered: "it was answered",
    superseded: "the work item was dispatched anew",
    ended: "its run has ended",
  }[kind];
  return fault("WORK_ITEM_OVER", `nobody waits for the work item any more: ${why}`, {
    details: { why: kind, run_id: runId },
  });
}

const stepOf = ({ steps }: WorkItem, { step }: WorkItemId) => steps.find(({ id }) => id === step);

const nodeOf = (item: WorkItem, id: WorkItemId): readonly [string, string] => {
  const step = stepOf(item, id);
  return [step?.node ?? "", step?.version ?? ""];
};

/** The work item of the one step, without a look into the cache: it has been done. */
function aloneIn({ probes: _probes, ...item }: WorkItem, id: WorkItemId): WorkItem {
  const step = stepOf(item, id);
  return { ...item, steps: step ? [step] : [], anew: true };
}

/** With the time that whoever executed it says it took; how long the answer took to be read is no part of it. */
function tookSoLong(
  { step, outcome }: StepResult,
  durationMs: number,
  now: number,
  log: NonNullable<StepResult["log"]>,
): StepResult {
  const whole = Math.round(durationMs);
  return {
    step,
    outcome: { ...outcome, startedAt: now - whole, durationMs: whole },
    ...(log.length === 0 ? {} : { log }),
  };
}
