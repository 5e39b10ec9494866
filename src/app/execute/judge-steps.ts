import type { JsonValue } from "../../../contracts/json/json.ts";
import { faultOf, RuntimeHostError } from "../../core/errors.ts";
import { gateHolds } from "../../core/plan/model/gate-holds.ts";
import { gateSources } from "../../core/plan/model/gate-sources.ts";
import type { Gate } from "../../core/plan/model/gate.ts";
import { nodeRef } from "../../core/registry/node.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import {
  sourceId,
  type SourceId,
  type StepResult,
  type Verdict,
  type WorkItem,
  type WorkItemStep,
} from "../../core/run/dispatch/work-item.ts";
import type { ExecutorPorts } from "./executor.ts";
import { loadState } from "./value-store.ts";
import { judgeState } from "./judge-state.ts";

type Values = Readonly<Record<SourceId, StoredValue>>;
type JudgePorts = Pick<ExecutorPorts, "blobs" | "registry" | "clock" | "timer" | "cpu">;

/** What is decided about a work item before any of it is executed, and the steps that are left to execute. */
export interface Judged {
  readonly results: readonly StepResult[];
  readonly verdicts?: readonly Verdict[];
  readonly rest: readonly WorkItemStep[];
}

/**
 * Decides whatever a run's record could not: gates that ask about large values, and waits whose input or outcome must
 * satisfy a contract. Never rejects: what cannot be decided is a failed step, like one that cannot be executed.
 */
export async function judgeSteps(item: WorkItem, values: Values, ports: JudgePorts): Promise<Judged> {
  if (!item.steps.some(({ when, check }) => when ?? check)) return { results: [], rest: item.steps };
  const results: StepResult[] = [];
  const verdicts: Verdict[] = [];
  const rest: WorkItemStep[] = [];
  for (const step of item.steps) {
    const startedAt = ports.clock.now();
    try {
      const isOpen = step.when === undefined || (await holds(step.when, values, ports));
      if (!isOpen) verdicts.push({ step: step.id, goesOn: false });
      else if (step.check === undefined) rest.push(step);
      else {
        await checkWait(item.tenant, step, step.check, values, ports);
        verdicts.push({ step: step.id, goesOn: true });
      }
    } catch (thrown) {
      const fault = faultOf(thrown, `step ${step.id} could not be judged`);
      const durationMs = Math.max(0, ports.clock.now() - startedAt);
      results.push({
        step: step.id,
        outcome: { ok: false, fault, inputHash: null, inputBytes: 0, startedAt, durationMs },
      });
    }
  }
  return { results, rest, ...(verdicts.length === 0 ? {} : { verdicts }) };
}

async function holds(gate: Gate, values: Values, { blobs }: JudgePorts): Promise<boolean> {
  const asked = gateSources(gate).map(sourceId);
  const stored = Object.entries(values).filter(([id]) => asked.includes(id));
  const loaded = await loadState(Object.fromEntries(stored), blobs);
  return gateHolds(gate, (source): JsonValue | undefined => loaded[sourceId(source)]);
}

/** A wait takes and yields what its contract says, like any node. What came from outside is not the node's fault. */
async function checkWait(
  tenant: string,
  step: WorkItemStep,
  check: NonNullable<WorkItemStep["check"]>,
  values: Values,
  ports: JudgePorts,
): Promise<void> {
  const { registry, blobs } = ports;
  const node = await registry.definition(tenant, step.node, step.version);
  const sources =
    check === "input"
      ? Object.entries(step.inputs)
      : Object.keys(node.outputs).map((key) => [key, { step: step.id, key }] as const);
  const stored = sources.flatMap(([key, source]) => {
    const value = values[sourceId(source)];
    return value === undefined ? [] : [[key, value] as const];
  });
  const state = await loadState(Object.fromEntries(stored), blobs);
  if (check === "input")
    return judgeState(node.inputState, state, "INPUT_STATE_INVALID", `the input of ${nodeRef(node)}`, ports);
  try {
    await judgeState(node.outputState, state, "OUTPUT_STATE_INVALID", `what ended ${nodeRef(node)}`, ports);
  } catch (thrown) {
    throw new RuntimeHostError({ ...faultOf(thrown), blameless: true });
  }
}
