import { spawnSync } from "node:child_process";
import { cliExecutor } from "./cli.ts";
import { dockerExecutor, findEngine } from "./docker.ts";
import type { Executor } from "./executor.ts";
import { pythonExecutor, systemPython } from "./python.ts";
import { PythonEnvironments } from "./python-environments.ts";
import { bubblewrap, bubblewrapProblem, unsandboxed, type Sandbox } from "./sandbox.ts";

export interface AbilityOptions {
  /** The operator wants processes without walls where there are none. */
  readonly unsandboxed: boolean;
  /** The interpreter; null for the system's. */
  readonly python: string | null;
  readonly environments: string | null;
  readonly cache: string;
  /** The words a container engine's command line begins with; null for docker or podman, whichever answers. */
  readonly engine: readonly string[] | null;
}

/** What a runner can do on this machine, and what it cannot and why. */
export interface Abilities {
  readonly executors: ReadonlyMap<string, Executor>;
  /** For its operator: what it does not lease, and why. */
  readonly notes: readonly string[];
}

const LOUD = [
  "WITHOUT A SANDBOX: Python and commands run with this user's rights, files and network.",
  "Whoever may register a node may do here whatever this user may.",
];

/** Looks once at what is there. */
export function abilitiesHere(options: AbilityOptions): Abilities {
  const executors = new Map<string, Executor>();
  const notes: string[] = [];
  const { sandbox, said } = sandboxHere(options.unsandboxed);
  notes.push(...said);
  if (sandbox) {
    executors.set("cli", cliExecutor(sandbox));
    const python = options.python ?? systemPython();
    if (python === null)
      notes.push("python nodes are not leased: there is no python3 under /usr (--python names another)");
    else {
      const { environments, cache } = options;
      const uv = spawnSync("uv", ["--version"], { stdio: "ignore" }).status === 0 ? "uv" : null;
      executors.set("python", pythonExecutor(sandbox, new PythonEnvironments({ python, environments, cache, uv })));
    }
  }
  const engine = findEngine(options.engine);
  if (engine) executors.set("docker", dockerExecutor(engine));
  else notes.push("docker nodes are not leased: neither docker nor podman answers here");
  return { executors, notes };
}

function sandboxHere(mayDoWithout: boolean): { readonly sandbox: Sandbox | null; readonly said: readonly string[] } {
  const problem = bubblewrapProblem();
  if (problem === null) return { sandbox: bubblewrap, said: [] };
  if (mayDoWithout) return { sandbox: unsandboxed, said: [`bubblewrap cannot be used here: ${problem}`, ...LOUD] };
  const hint = "install it (apt-get install bubblewrap), or accept the risk with --unsandboxed";
  return {
    sandbox: null,
    said: [`python and cli nodes are not leased: bubblewrap cannot be used here: ${problem}; ${hint}`],
  };
}
