import type { ReplayReport } from "../../../contracts/api/run-control.ts";
import { carried } from "../../core/call/asker.ts";
import { planIndex } from "../../core/plan/model/plan-index.ts";
import type { PlanStep } from "../../core/plan/model/plan.ts";
import { isForeign } from "../../core/run/model/origin.ts";
import type { RunState, StepState } from "../../core/run/model/state.ts";
import { stepsOf, wireFault } from "../../core/run/views/view.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import { outputOf } from "../../core/run/dispatch/work-item-of.ts";
import { sourceId, type SourceId, type WorkItemStep } from "../../core/run/dispatch/work-item.ts";
import { CpuAllowance } from "../execute/cpu-allowance.ts";
import { executeWorkItem, type ExecutorPorts } from "../execute/executor.ts";

type ReplayedStep = ReplayReport["steps"][number];

/** Executes the recorded steps of an ended run again, each from its recorded inputs, and compares every hash. Effects and waits are not repeated. */
export async function replayRun(state: RunState, portsOfAll: ExecutorPorts): Promise<ReplayReport> {
  const ports = { ...portsOfAll, cpu: new CpuAllowance() };
  const steps: ReplayedStep[] = [];
  const { stepById } = planIndex(state.plan);
  for (const step of stepsOf(state)) steps.push(await replayStep(state, stepById.get(step.id), step, ports));
  for (const { step, state: own } of state.replaced ?? []) steps.push(await replayStep(state, step, own, ports));
  const count = (verdict: ReplayedStep["verdict"]): number => steps.filter((step) => step.verdict === verdict).length;
  return {
    run_id: state.header.id,
    plan_hash: state.plan.hash,
    identical: count("differs") === 0 && count("gone") === 0,
    matches: count("matches"),
    differs: count("differs"),
    gone: count("gone"),
    not_repeated: count("not_repeated"),
    steps,
  };
}

async function replayStep(
  state: RunState,
  planned: PlanStep | undefined,
  step: StepState,
  ports: ExecutorPorts,
): Promise<ReplayedStep> {
  const { outcome } = step;
  const base = { step: step.id, node: planned?.node ?? "", version: planned?.version ?? "" };
  // A step that was answered with its composite has no recorded state of its own.
  const hollow = outcome?.ok === true && outcome.hit?.boundary !== undefined;
  if (!planned || !outcome || hollow || planned.kind === "effect" || planned.wait || step.attempts.length === 0) {
    return { ...base, verdict: "not_repeated" };
  }
  if (isForeign(state.header) && (await isEffect(state.header.tenant, planned, ports))) {
    return { ...base, verdict: "not_repeated" };
  }
  const itemStep: WorkItemStep = { ...planned, attempt: step.attempts.length };
  const [result] = await executeWorkItem(
    {
      runId: state.header.id,
      tenant: state.header.tenant,
      correlationId: state.header.correlationId,
      ...carried(state.header),
      segment: planned.segment,
      token: "replay",
      epoch: 0,
      expiresAt: Number.MAX_SAFE_INTEGER,
      steps: [itemStep],
      values: null,
      anew: true,
    },
    inputsOf(state, planned),
    ports,
  );
  // The replays before it have used the CPU that one request may.
  if (!result) return { ...base, verdict: "not_repeated" };
  const again = result.outcome;
  const expected = { input_hash: outcome.inputHash, output_hash: outcome.ok ? outcome.outputHash : null };
  const actual = { input_hash: again.inputHash, output_hash: again.ok ? again.outputHash : null };
  if (!again.ok && (again.fault.code === "NODE_NOT_FOUND" || again.fault.code === "HANDLER_NOT_FOUND")) {
    return { ...base, verdict: "gone", expected, error: wireFault(again.fault) };
  }
  const sameFault = outcome.ok || (!again.ok && again.fault.code === outcome.fault.code);
  const same = sameFault && expected.input_hash === actual.input_hash && expected.output_hash === actual.output_hash;
  return {
    ...base,
    verdict: same ? "matches" : "differs",
    expected,
    actual,
    error: again && !again.ok ? wireFault(again.fault) : null,
  };
}

/** A file may call an effect something else; what counts is what is registered here. */
async function isEffect(tenant: string, { node, version }: PlanStep, { registry }: ExecutorPorts): Promise<boolean> {
  const registered = await registry.definition(tenant, node, version).catch(() => null);
  return registered?.kind === "effect";
}

/** What the step was given. Values never change, so a replaced step finds its own too. */
function inputsOf(state: RunState, { inputs }: PlanStep): Readonly<Record<SourceId, StoredValue>> {
  const values: Record<SourceId, StoredValue> = {};
  for (const source of Object.values(inputs)) {
    const value = source.step === null ? state.given[source.key] : outputOf(state, source.step, source.key);
    if (value) values[sourceId(source)] = value;
  }
  return values;
}
