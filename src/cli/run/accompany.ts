import type { JsonValue } from "../../../contracts/json/json.ts";
import type { ExecutionResult } from "../../../contracts/api/run.ts";
import { unlessStopped } from "../interruption.ts";
import { CommandFailure, type Shell, type Sink } from "../shell.ts";
import { noteIfUnheard } from "./heard.ts";
import { type Heard, noticeOf, type OnSignal, type Runner } from "./runner.ts";
import { watcher } from "./watch.ts";

/** How a run is accompanied. */
export interface Company {
  readonly timeoutMs: number;
  /** Where to show every step as it goes; null shows none. */
  readonly watchOn: Sink | null;
  /** Sent to the run at its beginning. */
  readonly events: readonly { readonly name: string; readonly payload: JsonValue }[];
  /** Steps that are approved as soon as they wait. */
  readonly approve: readonly string[];
}

/** Follows a run to its end, and gives what it came to. A run that goes on when the time is up is a failure of the command. */
export async function accompany(
  runner: Runner,
  runId: string,
  company: Company,
  shell: Shell,
): Promise<ExecutionResult> {
  return unlessStopped(
    shell,
    () => noticeOf(runner, runId),
    () => toItsEnd(runner, runId, company, shell),
  );
}

async function toItsEnd(runner: Runner, runId: string, company: Company, shell: Shell): Promise<ExecutionResult> {
  for (const { name, payload } of company.events) {
    const heard = await sendUnlessEnded(runner, runId, name, payload);
    if (heard !== null) await noteIfUnheard(name, heard, shell.stderr);
  }
  const show = company.watchOn === null ? null : watcher(await runner.view(runId), company.watchOn, shell);
  const ended = await runner.follow(runId, company.timeoutMs, companion(runner, runId, show, company.approve));
  if (ended) return runner.result(runId);
  throw new CommandFailure(`run ${runId} goes on after ${company.timeoutMs / 1000} s`, {
    hint: `look at it with \`onex runs show ${runId}\``,
  });
}

function companion(runner: Runner, runId: string, show: OnSignal | null, approve: readonly string[]): OnSignal | null {
  if (approve.length === 0) return show;
  const wanted = new Set(approve);
  return async (signal) => {
    await show?.(signal);
    const waits = signal.type === "signal.node.dispatch" && signal.via === "wait";
    if (waits && wanted.delete(signal.step))
      await runner.decide(runId, signal.step, { approved: true, by: "onex run" });
  };
}

/** An event is for a run under way; one that needed none has ended by itself. */
async function sendUnlessEnded(runner: Runner, runId: string, name: string, payload: JsonValue): Promise<Heard | null> {
  const { finished_at: finished } = await runner.view(runId);
  return finished === null ? runner.sendEvent(runId, name, payload) : null;
}
