import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { PythonWire } from "../../../contracts/documents/runner-blocks.ts";
import type { UsedSecrets } from "../../core/secret/redact.ts";
import { runChild } from "./child.ts";
import type { Executor } from "./executor.ts";
import { PYTHON_HARNESS } from "./harness.ts";
import { writeCode } from "./machine-files.ts";
import { abnormalEnd, closingMessage, failed, forcedEnd } from "./outcome.ts";
import type { PythonEnvironments } from "./python-environments.ts";
import type { Mount, Sandbox } from "./sandbox.ts";

/** Executes Python nodes: `run(input)` of a file or module, in a process of its own. */
export function pythonExecutor(sandbox: Sandbox, environments: PythonEnvironments): Executor {
  return async ({ item, code, log, signal, secrets, folder }) => {
    const { target } = item.entrypoint;
    const found = await environments.find(item.python ?? {}, signal);
    if ("problem" in found) {
      return { outcome: failed("INVALID_CONFIGURATION", found.problem, { retryable: false }), durationMs: 0 };
    }
    const mounts: Mount[] = [...found.mounts];
    let place = target;
    if (code !== null) {
      const file = join(folder, basename(target));
      writeCode(file, code);
      const mount = { from: folder, to: "/node" };
      mounts.push(mount);
      place = join(sandbox.place(mount), basename(target));
    }
    const python = found.python;
    const argv = [python, "-I", "-B", "-u", "-X", "utf8", "-c", PYTHON_HARNESS];
    const { attempt, run_id: runId, step, idempotency_key: key, correlation_id: correlationId, config } = item;
    const context = { config, attempt, run_id: runId, step, idempotency_key: key, correlation_id: correlationId };
    const env = variablesOf(item.python?.env ?? {}, secrets);
    const wrapped = sandbox.wrap({ argv, limits: item.sandbox, mounts, env, timeoutMs: item.timeout_ms });
    const end = await runChild({
      ...wrapped,
      timeoutMs: item.timeout_ms,
      signal,
      log,
      keepStdout: false,
      isContained: sandbox.kind === "bubblewrap",
      call: JSON.stringify({ target: place, input: item.input, context }),
      ...(sandbox.kind === "none" ? { cwd: folder } : {}),
    });
    const { durationMs } = end;
    const forced = forcedEnd(end, item.timeout_ms);
    if (forced) return { outcome: forced, durationMs };
    const message = closingMessage(end.message);
    // A result of a process that crashed after it is none: what it was about to do is not done.
    if (end.code !== 0) return { outcome: abnormalEnd(end, "the Python process"), durationMs };
    const silent = failed("HANDLER_EXECUTION_ERROR", "the Python process ended without a closing message");
    return { outcome: message ?? silent, durationMs };
  };
}

/** The variables that a contract gives its process. */
const variablesOf = (env: NonNullable<PythonWire["env"]>, secrets: UsedSecrets): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(env).map(([name, part]) => [
      name,
      typeof part === "string" ? part : (secrets.get(part.secret_ref) ?? ""),
    ]),
  );

/** The interpreter of this machine: one under /usr, which every sandbox has; null when there is none. */
export function systemPython(): string | null {
  return ["/usr/bin/python3", "/usr/local/bin/python3"].find((path) => existsSync(path)) ?? null;
}
