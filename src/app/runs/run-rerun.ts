import type { RunSummaryView } from "../../../contracts/api/run.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { checkReferences } from "../../core/chain/check-references.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { boundedPlan } from "../../core/plan/assemble/bounded-plan.ts";
import { guardedWholes, toldFault } from "../../core/plan/guarded/guarded-plan.ts";
import type { Plan, StepId } from "../../core/plan/model/plan.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { isForeign } from "../../core/run/model/origin.ts";
import type { RunState } from "../../core/run/model/state.ts";
import { rerunOf } from "../../core/run/reduce/rerun.ts";
import { summarizeRun } from "../../core/run/views/view.ts";
import type { Ids } from "../../spi/clock.ts";
import { requestOf } from "../begin/identity.ts";
import type { RunStarter, Wanted } from "../begin/run-starter.ts";
import type { CallContext } from "../call-context.ts";
import { storeState, type ValuePorts } from "../execute/value-store.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";
import type { Planner } from "../plan/planner.ts";
import { setOutputs, wrongValue, type ToldValues } from "./told-values.ts";
import { takenId, unknownRun } from "./run-faults.ts";
import type { RunReader } from "./run-reader.ts";
import { readRevision, revisionIdentity, type RevisionRequest } from "./run-revision.ts";

export interface RerunPorts extends ValuePorts {
  readonly starter: RunStarter;
  readonly planner: Planner;
  readonly runs: RunReader;
  readonly registry: RegistryCache;
  readonly ids: Ids;
}

/** What to change when a run is repeated. */
export interface RerunRequest {
  /** The step to execute anew; null for all. */
  readonly from: string | null;
  readonly downstream: boolean;
  /** Given values that replace the original ones. */
  readonly given: JsonObject;
  /** Values that stand in the place of what steps gave, by step and contract key. */
  readonly values?: ToldValues;
  /** How the plan is to be changed; as it was when left out. */
  readonly revision?: RevisionRequest;
  /** Whether what the run started at its end is started again; not when left out. */
  readonly chains?: boolean;
  /** Makes a repeated request the same rerun; null makes every request one of its own. */
  readonly idempotencyKey: string | null;
}

/** Begins a new run that repeats an ended one, with other values, versions or another plan; answers its summary. */
export async function rerun(
  call: CallContext,
  id: string,
  request: RerunRequest,
  ports: RerunPorts,
): Promise<Result<RunSummaryView, Fault>> {
  const original = await ports.runs.read(call.tenant, id);
  if (!original) return err(unknownRun(id));
  const started = await ports.starter.start(call.tenant, repeatOf(call, original, request, ports));
  return started.ok ? ok(summarizeRun(started.value)) : started;
}

/** A plan as it is to be run again, and the given values that are new. */
interface Repeated {
  readonly plan: Plan;
  readonly values: JsonObject;
  /** Steps that are executed anew together. */
  readonly whole: readonly (readonly StepId[])[];
}

function repeatOf(
  call: CallContext,
  original: RunState,
  { from, downstream, given, values: told = {}, idempotencyKey: key, revision = {}, ...request }: RerunRequest,
  ports: RerunPorts,
): Wanted<Repeated> {
  const { tenant } = call;
  const { id, operation, sourceNode, tags } = original.header;
  const chains = request.chains === true ? original.header.chains : undefined;
  const identity = ports.starter.identify(tenant, {
    key,
    scoped: (own) => JSON.stringify([id, own]),
    asked: () => ({
      ...{ id, from, downstream, given, ...revisionIdentity(revision) },
      ...(chains ? { chains: true } : {}),
      ...(Object.keys(told).length === 0 ? {} : { values: told }),
    }),
  });
  return {
    identity,
    inline: null,
    taken: takenId(identity.id),
    async plan() {
      const asked = readRevision(revision, original.plan, given);
      if (!asked.ok) return asked;
      const vouched = !isForeign(original.header);
      const revised = await ports.planner.revise(tenant, original.plan, asked.value.revision, vouched);
      if (!revised.ok) return revised;
      const plan = revised.value;
      const values = { ...asked.value.values, ...given };
      const refused = strayValue(values, id, plan) ?? (chains ? checkReferences(chains, plan) : null);
      if (refused) return err(refused);
      const { snapshot } = await ports.planner.ground(tenant);
      const wrong =
        toldFault(plan, Object.keys(told), snapshot) ??
        (await wrongValue(tenant, told, { plan, original, from }, ports));
      return wrong ? err(wrong) : ok({ plan, values, whole: guardedWholes(plan, snapshot) });
    },
    async begin({ plan, values, whole }) {
      const envelopeId = ports.ids.uuid();
      const asking = requestOf(call, identity, {
        operation,
        envelopeId,
        sourceNode,
        tags,
        ...(chains ? { chains } : {}),
      });
      const changed = plan === original.plan ? null : boundedPlan(plan);
      const options = {
        ...{ from, downstream, plan: changed, whole },
        given: await storeState(tenant, values, ports),
        set: await setOutputs(tenant, told, original, ports),
      };
      return rerunOf(original, asking, options, identity.createdAt);
    },
  };
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
