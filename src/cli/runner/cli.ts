import { cliWire } from "../../../contracts/documents/runner-blocks.ts";
import { runChild } from "./child.ts";
import { givenBy, readBy } from "./command-line.ts";
import type { Executor } from "./executor.ts";
import { forcedEnd } from "./outcome.ts";
import type { Sandbox } from "./sandbox.ts";

/** What a contract without a `cli` block means: JSON in, JSON out. */
export const DEFAULT_CLI = cliWire.parse({});

/** Executes commands of this machine, without a shell unless the contract asks for one. */
export function cliExecutor(sandbox: Sandbox): Executor {
  return async ({ item, log, signal, secrets, folder }) => {
    const cli = item.cli ?? DEFAULT_CLI;
    const given = givenBy(cli, item.entrypoint.target, item.input, secrets);
    if (!given.ok) return { outcome: given.error, durationMs: 0 };
    const { argv, stdin, env } = given.value;
    const { timeout_ms: timeoutMs, sandbox: limits } = item;
    const wrapped = sandbox.wrap({ argv, limits, mounts: [], env, timeoutMs });
    const end = await runChild({
      ...wrapped,
      timeoutMs,
      signal,
      log,
      stdin,
      keepStdout: true,
      isContained: sandbox.kind === "bubblewrap",
      ...(sandbox.kind === "none" ? { cwd: folder } : {}),
    });
    const forced = forcedEnd(end, timeoutMs);
    return { outcome: forced ?? readBy(cli, end, "the command"), durationMs: end.durationMs };
  };
}
