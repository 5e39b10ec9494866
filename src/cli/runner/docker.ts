import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { runChild } from "./child.ts";
import { DEFAULT_CLI } from "./cli.ts";
import { givenBy, readBy } from "./command-line.ts";
import type { Executor } from "./executor.ts";
import { failed, forcedEnd } from "./outcome.ts";

/** Seconds that an engine may take to say that it is there. */
const PROBE_MS = 15_000;
/** `run` gives these codes for what went wrong before the image's own command began. */
const ENGINE_CODES: ReadonlySet<number> = new Set([125, 126, 127]);

/** A container engine that answers: the words its command line begins with; null when none does. */
export function findEngine(given: readonly string[] | null): readonly string[] | null {
  const tried = given === null ? [["docker"], ["podman"]] : [given];
  return tried.find((words) => answers([...words, "info"])) ?? null;
}

function answers([program = "", ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore", timeout: PROBE_MS }).status === 0;
}

/** Executes images through docker or podman: no network unless the contract allows it, no rights, nothing to write to but /tmp. */
export function dockerExecutor(engine: readonly string[]): Executor {
  return async ({ item, log, signal }) => {
    const cli = item.cli ?? { ...DEFAULT_CLI, command: [] };
    const given = givenBy(cli, null, item.input);
    if (!given.ok) return { outcome: given.error, durationMs: 0 };
    const { argv: command, stdin, env } = given.value;
    const { timeout_ms: timeoutMs, sandbox: limits } = item;
    const name = `onex-${randomUUID()}`;
    const [program = "", ...words] = engine;
    const variables = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const argv = [
      ...[program, ...words, "run", "--rm", "-i", "--name", name, "--read-only", "--cap-drop", "ALL"],
      ...["--security-opt", "no-new-privileges", "--user", "65534:65534", "--memory", `${limits.memory_mb}m`],
      ...["--pids-limit", String(limits.processes), "--ulimit", "nofile=1024:1024", "--ulimit", "core=0:0"],
      ...["--ulimit", `fsize=${limits.files_mb * 1_048_576}`, "--ulimit", "nproc=1024:1024"],
      ...["--tmpfs", `/tmp:rw,size=${limits.files_mb}m`, "--workdir", "/tmp"],
      ...(limits.network ? [] : ["--network", "none"]),
      ...variables,
      item.entrypoint.target,
      ...command,
    ];
    const end = await runChild({
      argv,
      env: engineEnv(),
      timeoutMs,
      signal,
      log,
      stdin,
      keepStdout: true,
      isContained: true,
      // The engine runs the container, and goes on when its client has gone.
      onKill: () => remove([program, ...words], name),
    });
    const { durationMs } = end;
    const forced = forcedEnd(end, timeoutMs);
    if (forced) return { outcome: forced, durationMs };
    if (end.code !== null && ENGINE_CODES.has(end.code) && !cli.exit_codes.ok.includes(end.code)) {
      const last = log.lines.at(-1)?.text ?? "";
      const message = `the container could not be run (exit code ${end.code})${last === "" ? "" : `: ${last}`}`;
      return { outcome: failed("INVALID_CONFIGURATION", message, { retryable: false }), durationMs };
    }
    return { outcome: readBy(cli, end, "the container"), durationMs };
  };
}

function remove([program = "", ...words]: readonly string[], name: string): void {
  spawn(program, [...words, "rm", "--force", name], { stdio: "ignore", detached: true, env: engineEnv() })
    .on("error", () => undefined)
    .unref();
}

/** What an engine's client needs of the runner's environment; the container has none of it. */
function engineEnv(): Readonly<Record<string, string>> {
  const names = ["PATH", "HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONFIG", "CONTAINER_HOST"];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
