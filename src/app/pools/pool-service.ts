import type { HeartbeatAnswer, Leased, PoolViewWire, WorkItemWire } from "../../../contracts/api/pools.ts";
import { RUNNER_PROTOCOL } from "../../../contracts/api/pools.ts";
import { sandboxWire } from "../../../contracts/documents/runner-blocks.ts";
import { fault, faultOf, type Fault } from "../../core/errors.ts";
import type { PoolItem, RunnerId, RunnerPresence } from "../../core/pool/pool-item.ts";
import type { LogLine } from "../../core/pool/step-log.ts";
import { workItemIdOf, type WorkItemToken } from "../../core/pool/work-item.ts";
import { hashOf } from "../../core/registry/artifact-hashes.ts";
import { hasCode } from "../../core/registry/entrypoints.ts";
import { stepPool } from "../../core/registry/step-pool.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { sourceId } from "../../core/run/dispatch/work-item.ts";
import type { Progress } from "../../core/run/model/state.ts";
import type { PoolFace, Pools } from "../../spi/pools.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { CallContext } from "../call-context.ts";
import type { ExecutorPorts } from "../execute/executor.ts";
import { loadState } from "../execute/value-store.ts";
import { POOL_KINDS } from "./pool-handler.ts";

export interface PoolServicePorts extends Pick<ExecutorPorts, "registry" | "blobs" | "clock" | "log"> {
  readonly pools: Pools | null;
  readonly coordinator: RunCoordinator;
  readonly background: (work: Promise<unknown>) => void;
}

/** A runner asks for work. */
export interface RunnerAsks {
  readonly protocol: number;
  readonly runner: RunnerPresence;
  readonly most: number;
  readonly waitMs: number;
}

/** A runner says what it has. */
export interface RunnerSays {
  readonly protocol: number;
  readonly runner: RunnerId;
  readonly items: readonly {
    readonly token: WorkItemToken;
    readonly progress?: Progress | undefined;
    readonly log?: readonly LogLine[] | undefined;
  }[];
  readonly giveBack: readonly WorkItemToken[];
  readonly leaving: boolean;
}

/** Pools, as runners and people use them. */
export interface PoolService {
  /** Items of the pool, as soon as there is one; RUNNER_REPLACED, RUNNER_INCOMPATIBLE. */
  lease(call: CallContext, pool: string, asks: RunnerAsks): Promise<Result<Leased, Fault>>;
  /** Which of its items nobody waits for any more. */
  heartbeat(call: CallContext, pool: string, says: RunnerSays): Promise<Result<HeartbeatAnswer, Fault>>;
  /** The pools that nodes ask for, by name. */
  list(call: CallContext): Promise<readonly PoolViewWire[]>;
}

export function poolService(ports: PoolServicePorts): PoolService {
  const { pools, coordinator, registry, clock } = ports;
  const at = (call: CallContext, name: string): PoolFace | null => pools?.at({ tenant: call.tenant, name }) ?? null;
  return {
    async lease(call, name, { protocol, runner, most, waitMs }) {
      const refused = incompatible(protocol);
      if (refused) return err(refused);
      const pool = at(call, name);
      if (!pool) return err(NO_POOLS);
      const until = clock.now() + waitMs;
      for (let left = waitMs; ; left = Math.max(0, until - clock.now())) {
        const taken = await pool.lease({ runner, most, waitMs: left });
        if (taken === null) return err(replacedFault(runner));
        const made = await Promise.all(taken.map((item) => itemFor(call, item, ports)));
        const over = taken.filter((_, place) => made[place] === null);
        // Whatever they were leased for has been cancelled, or is done.
        if (over.length > 0) await pool.settle(over.map(({ token }) => token));
        const items = made.flatMap((item) => item ?? []);
        // The pool has waited already, or the runner leaves; what came to nothing leaves time to wait for more.
        if (items.length > 0 || taken.length === 0 || left === 0) return ok({ items });
      }
    },
    async heartbeat(call, name, { protocol, runner, items, giveBack, leaving }) {
      const refused = incompatible(protocol);
      if (refused) return err(refused);
      const pool = at(call, name);
      if (!pool) return err(NO_POOLS);
      const logs = Object.fromEntries(items.flatMap(({ token, log }) => (log ? [[token, log] as const] : [])));
      const tokens = items.map(({ token }) => token);
      const heard = await pool.heartbeat({ runner, items: tokens, logs, giveBack, leaving });
      const lost = new Set(heard.lost);
      const unwanted = await Promise.all(
        items.map(async ({ token, progress }) => {
          const id = lost.has(token) ? null : workItemIdOf(token);
          if (!id) return [];
          const { runId, segment, lease, step } = id;
          // Who cannot say whether the item is wanted wants it.
          const wanted = progress
            ? coordinator.progress({ runId, segment, token: lease, step, progress })
            : coordinator.holds(runId, segment, lease);
          return (await wanted.catch(() => true)) ? [] : [token];
        }),
      );
      const over = unwanted.flat();
      if (over.length > 0) await pool.settle(over);
      return ok({ lost: [...lost, ...over], replaced: heard.replaced });
    },
    async list(call) {
      if (!pools) return [];
      const { nodes } = await registry.snapshot(call.tenant, null, ports.background);
      const names = new Set<string>(POOL_KINDS);
      for (const node of nodes) {
        const own = KINDS.has(node.entrypoint.type) ? stepPool(node) : undefined;
        if (own) names.add(own.name);
      }
      return Promise.all(
        [...names].sort().map(async (name) => {
          const { waiting, leased, oldestMs, runners } = await pools.at({ tenant: call.tenant, name }).view();
          return {
            name,
            waiting,
            leased,
            oldest_ms: oldestMs,
            runners: runners.map(({ nodeId, version, kinds, concurrency, running, heardMs }) => ({
              ...{ node_id: nodeId, version, kinds: [...kinds], concurrency, running, heard_ms: heardMs },
            })),
          };
        }),
      );
    },
  };
}

/** The whole of an item, as a runner gets it; null when nobody waits for it any more. */
async function itemFor(call: CallContext, item: PoolItem, ports: PoolServicePorts): Promise<WorkItemWire | null> {
  const { runId, segment, lease, step: stepId } = item.id;
  const standing = await ports.coordinator.standing(runId, segment, lease);
  if (standing.kind !== "held" || standing.work.tenant !== call.tenant) return null;
  const { work: held } = standing;
  const step = held.steps.find(({ id }) => id === stepId);
  if (!step) return null;
  try {
    const node = await ports.registry.definition(call.tenant, step.node, step.version);
    const stored = Object.entries(step.inputs).flatMap(([key, source]) => {
      const value = held.values?.[sourceId(source)];
      return value === undefined ? [] : [[key, value] as const];
    });
    const { cli, python, sandbox } = node.runner ?? {};
    return {
      token: item.token,
      run_id: runId,
      step: stepId,
      attempt: step.attempt,
      correlation_id: held.correlationId,
      idempotency_key: `${runId}/${stepId}`,
      node: node.name,
      version: node.version,
      entrypoint: { type: node.entrypoint.type, target: node.entrypoint.target },
      input: await loadState(Object.fromEntries(stored), ports.blobs),
      config: node.config,
      outputs: Object.keys(node.outputs).sort(),
      timeout_ms: step.timeoutMs,
      code_sha256: hasCode(node.entrypoint) ? hashOf(await ports.registry.code(call.tenant, node)) : null,
      sandbox: sandbox ?? sandboxWire.parse({}),
      ...(cli === undefined ? {} : { cli }),
      ...(python === undefined ? {} : { python }),
    };
  } catch (thrown) {
    // What cannot be put together is the step's failure: it must not be leased again and again.
    const startedAt = ports.clock.now();
    const problem = faultOf(thrown, `${step.node}@${step.version} cannot be handed to a runner`);
    const outcome = { ok: false, fault: problem, inputHash: null, inputBytes: 0, startedAt, durationMs: 0 } as const;
    await ports.coordinator.report({ runId, segment, token: lease, results: [{ step: stepId, outcome }] });
    return null;
  }
}

function incompatible(protocol: number): Fault | null {
  if (protocol === RUNNER_PROTOCOL) return null;
  const [which, hint] =
    protocol < RUNNER_PROTOCOL
      ? ["older", "install the runner of this deployment's release"]
      : ["newer", "deploy the release of the runner, or install an older runner"];
  return fault(
    "RUNNER_INCOMPATIBLE",
    `the runner speaks version ${protocol}, ${which} than ${RUNNER_PROTOCOL}, which is spoken here`,
    { hint, details: { protocol, spoken: RUNNER_PROTOCOL } },
  );
}

const replacedFault = ({ nodeId }: RunnerId): Fault =>
  fault("RUNNER_REPLACED", `another process has taken the node id ${JSON.stringify(nodeId)}`, {
    hint: "give every runner a node id of its own; what this one has it may still answer",
  });

const KINDS: ReadonlySet<string> = new Set(POOL_KINDS);

const NO_POOLS: Fault = fault("INVALID_STATE", "this deployment has no pools");
