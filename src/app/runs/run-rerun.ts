import type { RunSummaryView } from "../../../contracts/api/run.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { checkReferences } from "../../core/chain/check-references.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { boundedPlan } from "../../core/plan/assemble/bounded-plan.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { encodeRun } from "../../core/run/codec/codec.ts";
import { valueHash } from "../../core/run/model/hash.ts";
import { rerunOf } from "../../core/run/reduce/rerun.ts";
import { keyedRunId, runId } from "../../core/run/model/run-id.ts";
import type { RunState } from "../../core/run/model/state.ts";
import { summarizeRun } from "../../core/run/views/view.ts";
import type { Ids } from "../../spi/clock.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { CallContext } from "../call-context.ts";
import { storeState, type ExecutorPorts } from "../execute/executor.ts";
import type { Planner } from "../plan/planner.ts";
import { deletedKey, takenId, unknownRun } from "./run-faults.ts";
import type { RunReader } from "./run-reader.ts";
import { readRevision, revisionIdentity, type RevisionRequest } from "./run-revision.ts";

export interface RerunPorts extends ExecutorPorts {
  readonly coordinator: RunCoordinator;
  readonly planner: Planner;
  readonly runs: RunReader;
  readonly ids: Ids;
}

/** What to change when a run is repeated. */
export interface RerunRequest {
  /** The step to execute anew; null for all. */
  readonly from: string | null;
  readonly downstream: boolean;
  /** Given values that replace the original ones. */
  readonly given: JsonObject;
  /** How the plan is to be changed; as it was when left out. */
  readonly revision?: RevisionRequest;
  /** Whether what the run started at its end is started again; not when left out. */
  readonly chains?: boolean;
  /** Makes a repeated request the same rerun; null makes every request one of its own. */
  readonly idempotencyKey: string | null;
}

/** Begins a new run that repeats an ended one, with other values, versions or another plan; answers its summary. */
export async function rerun(
  { tenant, correlationId }: CallContext,
  id: string,
  request: RerunRequest,
  ports: RerunPorts,
  rings: number,
): Promise<Result<RunSummaryView, Fault>> {
  const original = await ports.runs.read(tenant, id);
  if (!original) return err(unknownRun(id));
  const { from, downstream, idempotencyKey: key, revision = {} } = request;
  const asked = readRevision(revision, original.plan, request.given);
  if (!asked.ok) return asked;
  const revised = await ports.planner.revise(tenant, original.plan, asked.value.revision);
  if (!revised.ok) return revised;
  const plan = revised.value;
  const values = { ...asked.value.values, ...request.given };
  const stray = strayValue(values, id, plan);
  if (stray) return err(stray);
  const chains = request.chains === true ? original.header.chains : undefined;
  const unknown = chains ? checkReferences(chains, plan) : null;
  if (unknown) return err(unknown);
  const now = ports.clock.now();
  const { operation, sourceNode, tags } = original.header;
  const identity = {
    id:
      key === null
        ? runId(ports.ids.ring(rings), ports.ids.ulid(now))
        : keyedRunId(tenant, JSON.stringify([id, key]), rings),
    tenant,
    operation,
    correlationId,
    envelopeId: ports.ids.uuid(),
    sourceNode,
    idempotencyKey: key,
    requestHash:
      key === null
        ? ""
        : valueHash({
            ...{ id, from, downstream, given: request.given, ...revisionIdentity(revision) },
            ...(chains ? { chains: true } : {}),
          }),
    tags,
    ...(chains ? { chains } : {}),
  };
  const given = await storeState(tenant, values, ports);
  const changed = plan === original.plan ? null : boundedPlan(plan);
  const repeated = rerunOf(original, identity, { from, downstream, given, plan: changed }, now);
  return repeated.ok ? begun(tenant, repeated.value, ports) : repeated;
}

async function begun(
  tenant: string,
  run: RunState,
  { coordinator, runs }: RerunPorts,
): Promise<Result<RunSummaryView, Fault>> {
  const { id, requestHash, idempotencyKey: key } = run.header;
  const { kind } = await coordinator.submit({
    runId: id,
    requestHash,
    keyed: key !== null,
    finished: null,
    record: encodeRun(run),
  });
  if (kind === "accepted") return ok(summarizeRun(run));
  if (kind === "conflict") return err(takenId(id));
  const first = await runs.read(tenant, id);
  return first ? ok(summarizeRun(first)) : err(deletedKey(key ?? "", id));
}

/** A value nothing in the plan is given would silently be dropped; the caller meant something by it. */
function strayValue(values: JsonObject, id: string, plan: Plan): Fault | null {
  const stray = Object.keys(values).find((key) => !plan.given.includes(key));
  if (stray === undefined) return null;
  return fault("INVALID_PARAMETER", `run '${id}' was not given '${stray}'`, {
    place: `$.given[${JSON.stringify(stray)}]`,
    hint: `it was given ${plan.given.join(", ") || "nothing"}`,
  });
}
