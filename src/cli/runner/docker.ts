import { spawn, spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { runChild } from "./child.ts";
import { DEFAULT_CLI } from "./cli.ts";
import { givenBy, readBy } from "./command-line.ts";
import type { Executor } from "./executor.ts";
import { writeSecret } from "./machine-files.ts";
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
  return async ({ item, log, signal, secrets, folder }) => {
    const cli = item.cli ?? { ...DEFAULT_CLI, command: [] };
    const given = givenBy(cli, null, item.input, secrets);
    if (!given.ok) return { outcome: given.error, durationMs: 0 };
    const { argv: command, stdin, env } = given.value;
    const { timeout_ms: timeoutMs, sandbox: limits } = item;
    const name = `onex-${randomUUID()}`;
    const [program = "", ...words] = engine;
    const split = apart(env, new Set(secrets.values()));
    if (split === null) {
      const message = "a container cannot be given a secret of several lines";
      return { outcome: failed("SECRET_RESOLUTION_ERROR", message, { retryable: false }), durationMs: 0 };
    }
    const variables = Object.entries(split.open).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
    const secretFile = join(folder, "secrets.env");
    if (split.hidden !== "") writeSecret(secretFile, split.hidden);
    const argv = [
      ...[program, ...words, "run", "--rm", "-i", "--name", name, "--read-only", "--cap-drop", "ALL"],
      ...["--security-opt", "no-new-privileges", "--user", "65534:65534", "--memory", `${limits.memory_mb}m`],
      ...["--pids-limit", String(limits.processes), "--ulimit", "nofile=1024:1024", "--ulimit", "core=0:0"],
      ...["--ulimit", `fsize=${limits.files_mb * 1_048_576}`, "--ulimit", "nproc=1024:1024"],
      ...["--tmpfs", `/tmp:rw,size=${limits.files_mb}m`, "--workdir", "/tmp"],
      ...(limits.network ? [] : ["--network", "none"]),
      ...variables,
      ...(split.hidden === "" ? [] : ["--env-file", secretFile]),
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

/**
 * The variables that everybody on the machine may read on a command line, and those with secrets as lines of a file. Null
 * where a secret does not fit on a line.
 */
function apart(
  env: Readonly<Record<string, string>>,
  secrets: ReadonlySet<string>,
): { readonly open: Readonly<Record<string, string>>; readonly hidden: string } | null {
  const isHidden = ([, value]: readonly [string, string]): boolean => secrets.has(value);
  const all = Object.entries(env);
  const hidden = all.filter(isHidden);
  if (hidden.some(([, value]) => /[\r\n]/.test(value))) return null;
  return {
    open: Object.fromEntries(all.filter((entry) => !isHidden(entry))),
    hidden: hidden.map(([name, value]) => `${name}=${value}\n`).join(""),
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
