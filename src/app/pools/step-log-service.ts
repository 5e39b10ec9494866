import type { RunLogs } from "../../../contracts/api/pools.ts";
import type { Fault } from "../../core/errors.ts";
import type { LogLine } from "../../core/pool/step-log.ts";
import { workItemToken } from "../../core/pool/work-item.ts";
import { planIndex } from "../../core/plan/model/plan-index.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { triedSteps } from "../../core/run/model/tried-steps.ts";
import { TERMINAL_RUN, type RunState } from "../../core/run/model/state.ts";
import type { Pools } from "../../spi/pools.ts";
import type { CallContext } from "../call-context.ts";
import { unknownRun } from "../runs/run-faults.ts";
import type { RunReader } from "../runs/run-reader.ts";

export interface StepLogPorts {
  readonly pools: Pools | null;
  readonly runs: RunReader;
}

/** What the processes of a run's steps wrote. */
export interface StepLogService {
  /** Of attempts that have ended from the run's record, of those under way from their pools; RUN_NOT_FOUND. */
  logs(call: CallContext, runId: string): Promise<Result<RunLogs, Fault>>;
}

export function stepLogService({ pools, runs }: StepLogPorts): StepLogService {
  return {
    async logs(call, runId) {
      const state = await runs.read(call.tenant, runId);
      if (!state) return err(unknownRun(runId));
      const live = pools ? await liveLogs(state, call.tenant, pools) : new Map<string, readonly LogLine[]>();
      const logs = triedSteps(state).flatMap(({ step, state: { attempts } }) =>
        attempts.flatMap(({ log, finishedAt }, place) => {
          const isLast = place === attempts.length - 1;
          const running = finishedAt === null && isLast ? live.get(step.id) : undefined;
          const lines = log ?? running ?? [];
          if (lines.length === 0) return [];
          const { node, version } = step;
          return [{ step: step.id, node, version, attempt: place + 1, live: running !== undefined, lines: [...lines] }];
        }),
      );
      return ok({ run_id: runId, finished: TERMINAL_RUN.has(state.header.status), logs });
    },
  };
}

/** What the processes under way have written so far, by step. A pool that does not answer has nothing to say. */
async function liveLogs(
  state: RunState,
  tenant: string,
  pools: Pools,
): Promise<ReadonlyMap<string, readonly LogLine[]>> {
  const index = planIndex(state.plan);
  const asked = [...state.segments.values()].flatMap(({ id: segment, lease }) =>
    (lease?.steps ?? []).flatMap((step) => {
      const pool = index.stepById.get(step)?.pool?.name;
      if (pool === undefined || !lease) return [];
      const token = workItemToken({ runId: state.header.id, segment, lease: lease.token, step, pool });
      return [{ pool, step, token }];
    }),
  );
  const found = await Promise.all(
    [...Map.groupBy(asked, ({ pool }) => pool)].map(async ([name, own]) => {
      try {
        const logs = await pools.at({ tenant, name }).logs(own.map(({ token }) => token));
        return own.map(({ step, token }) => [step, logs[token] ?? []] as const);
      } catch {
        return [];
      }
    }),
  );
  return new Map(found.flat());
}
