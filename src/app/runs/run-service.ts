import type { ExecutionResult, RunView } from "../../../contracts/api/run.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { chainedView, ownSequelsSince } from "../../core/chain/sequel.ts";
import { executionResult } from "../../core/run/views/execution-result.ts";
import { isForeign } from "../../core/run/model/origin.ts";
import { viewRun } from "../../core/run/views/view.ts";
import type { SignalPage } from "../../spi/run-coordinator.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { SequelBook } from "../../spi/books/sequel-book.ts";
import { unknownRun } from "./run-faults.ts";
import { type RunValue, runValue } from "./run-value.ts";
import type { RunReader } from "./run-reader.ts";
import type { CallContext } from "../call-context.ts";

/** What clients may see of runs. */
export interface RunService {
  view(call: CallContext, runId: string): Promise<RunView | null>;
  /** execution_result once the run has ended, held at most `waitMs`; RUN_NOT_FOUND or RUN_NOT_FINISHED. */
  result(call: CallContext, runId: string, waitMs?: number): Promise<Result<ExecutionResult, Fault>>;
  /**
   * The JSON of a value that a step gave, or that the run was given for the step `-`. RUN_NOT_FOUND, VALUE_NOT_FOUND;
   * rejects with VALUE_UNAVAILABLE.
   */
  value(call: CallContext, runId: string, step: string, key: string): Promise<Result<RunValue, Fault>>;
  /**
   * The run's signals with a number above `after`, held at most `waitMs` until there is one or the run has ended; null
   * when the run is unknown.
   */
  events(call: CallContext, runId: string, after: number, waitMs?: number): Promise<SignalPage | null>;
}

export function runService(
  runs: RunReader,
  { sequels, blobs }: { readonly sequels: Pick<SequelBook, "of">; readonly blobs: BlobStore },
): RunService {
  return {
    async view({ tenant }, id) {
      const state = await runs.read(tenant, id);
      if (!state?.header.chains || !sequels || isForeign(state.header)) return state && viewRun(state);
      return {
        ...viewRun(state),
        chained: chainedView(await sequels.of(tenant, id, ownSequelsSince(state.header.createdAt))),
      };
    },
    async result({ tenant }, id, waitMs = 0) {
      const state = await runs.wait(tenant, id, waitMs);
      if (!state) return err(unknownRun(id));
      const result = executionResult(state);
      if (result) return ok(result);
      return err(
        fault("RUN_NOT_FINISHED", `run '${id}' is ${state.header.status}`, {
          hint: `follow GET /v1/runs/${id}/events, or send the envelope with Prefer: wait=30`,
        }),
      );
    },
    async value({ tenant }, id, step, key) {
      const state = await runs.read(tenant, id);
      return state ? runValue(state, step, key, blobs) : err(unknownRun(id));
    },
    events: ({ tenant }, id, after, waitMs = 0) => runs.watch(tenant, id, after, waitMs),
  };
}
