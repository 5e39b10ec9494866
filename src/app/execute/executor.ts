import type { JsonObject } from "../../../contracts/json/json.ts";
import { faultOf, RuntimeHostError } from "../../core/errors.ts";
import { flawFault } from "../../core/json/flaw.ts";
import { jsonFlaw } from "../../core/json/read-json.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import { StateHasher } from "../../core/run/model/hash.ts";
import { admitOutput, type Admitted } from "../../core/run/reduce/output-rule.ts";
import type { StepOutcome } from "../../core/run/model/state.ts";
import { sizeOf, type StoredValue } from "../../core/run/model/value.ts";
import {
  sourceId,
  type SourceId,
  type StepResult,
  type WorkItem,
  type WorkItemStep,
} from "../../core/run/dispatch/work-item.ts";
import { clipFault } from "../../core/text/clip-fault.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import { NOT_BEGUN } from "../../core/sandbox/budget.ts";
import type { Clock } from "../../spi/clock.ts";
import type { CallLease, NodeOutput } from "../../spi/handler.ts";
import type { Log } from "../../spi/log.ts";
import type { Timer } from "../../spi/timer.ts";
import type { CacheReader } from "../cache/cache-reader.ts";
import { callOfRecord } from "../call-context.ts";
import { lookUpStep, Probing, type LookupPorts, type StepAnswer, type StepCall } from "./cached-step.ts";
import { attempt } from "./attempt.ts";
import type { CpuAllowance } from "./cpu-allowance.ts";
import type { HandlerRouter } from "./handler-router.ts";
import { intakeMs, judgeState, JUDGING_MS } from "./judge-state.ts";
import { loadState, storeState } from "./value-store.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

export interface ExecutorPorts {
  readonly registry: RegistryCache;
  readonly router: HandlerRouter;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  /** What ends an attempt that takes too long. */
  readonly timer: Timer;
  /** Whether somebody still waits for a work item that lasts; absent where nobody could take it back. */
  readonly isWanted?: (item: WorkItem) => Promise<boolean>;
  /**
   * Told of a step that goes on elsewhere: its answer comes later, and it has no result here. Absent where an answer must
   * come with the call.
   */
  readonly park?: () => void;
  /** Instead of calling the step's node: what somebody else has made of it. */
  readonly answered?: () => NodeOutput;
  /** Results that may be used again. */
  readonly cache: CacheReader;
  /** What one invocation may spend; absent where nobody counts. */
  readonly cpu?: CpuAllowance;
}

type Values = Readonly<Record<SourceId, StoredValue>>;

/**
 * Executes a work item's steps in order and says what came of each. Never rejects: every failure is an outcome. A step whose
 * input comes from a step that failed here has no result, nor has one that goes on elsewhere or cannot begin for want of
 * CPU, nor what is behind it: without any result, nothing was done here. Work items of one run may share a hasher.
 */
export async function executeWorkItem(
  item: WorkItem,
  values: Values,
  ports: ExecutorPorts,
  hasher: StateHasher = new StateHasher(),
): Promise<readonly StepResult[]> {
  const known: Record<SourceId, StoredValue> = { ...values };
  const results: StepResult[] = [];
  const probing = new Probing(item, lookupPorts(item, ports));
  const found = new Set<string>();
  /** Steps of this work that gave nothing to go on with. */
  const fruitless = new Set<string>();
  for (const step of item.steps) {
    const whole = !item.probes || found.has(step.id) ? null : await probing.before(step.id, known);
    if (whole) results.push(whole.result);
    for (const id of whole?.steps ?? []) found.add(id);
    if (found.has(step.id)) continue;
    const sources = Object.entries(step.inputs);
    if (sources.some(([, { step: from }]) => from !== null && fruitless.has(from))) {
      fruitless.add(step.id);
      continue;
    }
    // What a step succeeded without stays out: whether it is missed is for the input's schema to say.
    const stored = Object.fromEntries(
      sources.flatMap(([key, source]) => {
        const value = known[sourceId(source)];
        return value === undefined ? [] : [[key, value]];
      }),
    );
    const outcome = await executeStep(item, step, stored, hasher, ports);
    // It goes on elsewhere, alone in its work; or others may have what is left of the invocation.
    if (outcome === null) break;
    results.push({ step: step.id, outcome });
    if (!outcome.ok && outcome.fault.code === "RUN_CANCELLED") break;
    if (!outcome.ok) {
      fruitless.add(step.id);
      continue;
    }
    for (const [key, value] of Object.entries(outcome.outputs)) known[sourceId({ step: step.id, key })] = value;
  }
  return results;
}

/** Null when it was not begun, or goes on elsewhere. */
async function executeStep(
  item: WorkItem,
  step: WorkItemStep,
  stored: Readonly<Record<string, StoredValue>>,
  hasher: StateHasher,
  ports: ExecutorPorts,
): Promise<StepOutcome | null> {
  if (ports.cpu?.admits(JUDGING_MS) === false) return null;
  const startedAt = ports.clock.now();
  const inputBytes = Object.values(stored).reduce((sum, value) => sum + sizeOf(value), 0);
  let inputHash: string | null = null;
  try {
    const node = await ports.registry.definition(item.tenant, step.node, step.version);
    const input = await loadState(stored, ports.blobs);
    while (ports.cpu?.isTired) await ports.cpu.turn(ports.timer);
    inputHash = hashOfInput(input, node, hasher);
    ports.cpu?.spend(intakeMs(inputBytes));
    await judgeState(node.inputState, input, "INPUT_STATE_INVALID", `the input of ${nodeRef(node)}`, ports);
    const { signature, found } = await cached({ item, step, node, inputHash, inputBytes, startedAt }, ports);
    if (found) return found;
    const admitted = await callNode(item, step, node, input, ports);
    if (admitted === null) return null;
    const { state, events } = admitted;
    await judgeState(node.outputState, state, "OUTPUT_STATE_INVALID", `the output of ${nodeRef(node)}`, ports);
    const outputHash = hasher.state(state);
    const outputs = await storeState(item.tenant, state, ports);
    const durationMs = spentSince(startedAt, ports.clock);
    const base = {
      ok: true,
      outputs,
      inputHash,
      outputHash,
      inputBytes,
      startedAt,
      durationMs,
      cached: false,
      ...(signature === undefined ? {} : { signature }),
    } as const;
    return events.length > 0 ? { ...base, events } : base;
  } catch (thrown) {
    const problem = faultOf(thrown, `node ${step.node}@${step.version} failed unexpectedly`);
    if (!(thrown instanceof RuntimeHostError)) {
      ports.log.error("a node threw something that is no fault of ours", {
        correlation_id: item.correlationId,
        run_id: item.runId,
        step: step.id,
        error: thrown instanceof Error ? thrown.name : typeof thrown,
      });
    }
    return {
      ok: false,
      // Whatever a node says goes into a record: it is no longer than any other fault, and whole Unicode.
      fault: clipFault(problem),
      inputHash,
      inputBytes,
      startedAt,
      durationMs: spentSince(startedAt, ports.clock),
    };
  }
}

/** A clock that is set back must not make time negative. */
const spentSince = (startedAt: number, clock: Clock): number => Math.max(0, clock.now() - startedAt);

const NOT_CACHED: StepAnswer = {};

const cached = (call: StepCall, ports: ExecutorPorts): StepAnswer | Promise<StepAnswer> =>
  call.step.cacheTtlMs === null ? NOT_CACHED : lookUpStep(call, lookupPorts(call.item, ports));

const lookupPorts = (item: WorkItem, ports: ExecutorPorts): LookupPorts => ({
  ...ports,
  keep: (state) => storeState(item.tenant, state, ports),
});

async function callNode(
  item: WorkItem,
  step: WorkItemStep,
  node: NodeDefinition,
  input: JsonObject,
  ports: ExecutorPorts,
): Promise<Admitted | null> {
  if (ports.answered) return admittedOf(node, ports.answered());
  const handler = await ports.router.ready(node.entrypoint.type, ports.clock.now());
  const { isWanted } = ports;
  const call = (signal: () => AbortSignal) =>
    handler.execute({
      node,
      input,
      ...callOfRecord(item),
      runId: item.runId,
      stepId: step.id,
      attempt: step.attempt,
      idempotencyKey: `${item.runId}/${step.id}`,
      lease: ports.park ? leaseOf(item, step) : null,
      get signal() {
        return signal();
      },
      ...(ports.cpu ? { cpu: ports.cpu } : {}),
      code: () => ports.registry.code(item.tenant, node),
    });
  const returned = await attempt(call, {
    what: nodeRef(node),
    timeoutMs: step.timeoutMs,
    timer: ports.timer,
    ...(isWanted ? { isWanted: () => isWanted(item) } : {}),
  });
  if (returned === NOT_BEGUN) return null;
  if (returned.parked) {
    ports.park?.();
    return null;
  }
  return admittedOf(node, returned);
}

function admittedOf(node: NodeDefinition, returned: NodeOutput): Admitted {
  const admitted = admitOutput(node.kind, returned);
  if (admitted.ok) return admitted.value;
  const { error } = admitted;
  throw new RuntimeHostError({ ...error, message: `${nodeRef(node)}: ${error.message}` });
}

const leaseOf = ({ runId, segment, token, expiresAt, priority = 0 }: WorkItem, step: WorkItemStep): CallLease => ({
  id: { runId, segment, lease: token, step: step.id, pool: step.pool?.name ?? null },
  expiresAt,
  priority,
  timeoutMs: step.timeoutMs,
});

/**
 * The hash of an input state. One that was stored before values were held to be whole Unicode has none: that says nothing
 * about the node, and trying again would not mend it.
 */
function hashOfInput(input: JsonObject, node: NodeDefinition, hasher: StateHasher): string {
  try {
    return hasher.state(input);
  } catch (cause) {
    const flaw = jsonFlaw(input);
    if (!flaw) throw cause;
    throw new RuntimeHostError(flawFault("INPUT_STATE_INVALID", `the input of ${nodeRef(node)}`, flaw), { cause });
  }
}
