import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { PythonWire } from "../../../contracts/documents/runner-blocks.ts";
import { cacheFolder, moveFolder, removeFolder } from "./machine-files.ts";
import type { Mount } from "./sandbox.ts";

/** An interpreter with what it needs of this machine, or why there is none. */
export type FoundPython = { readonly python: string; readonly mounts: readonly Mount[] } | { readonly problem: string };

export interface EnvironmentOptions {
  /** The interpreter for nodes that name no environment. */
  readonly python: string;
  /** The folder with the runner's virtual environments; null for none. */
  readonly environments: string | null;
  /** The `uv` command; null when there is none. */
  readonly uv: string | null;
  /** Where environments made with uv are kept. */
  readonly cache: string;
}

/** What uv may take to install a list of requirements, in milliseconds. */
const INSTALL_MS = 300_000;

/** The virtual environments of a runner: its operator's, by name, and those it makes with uv, one for each list of requirements. */
export class PythonEnvironments {
  readonly #options: EnvironmentOptions;
  readonly #making = new Map<string, Promise<FoundPython>>();

  constructor(options: EnvironmentOptions) {
    this.#options = options;
  }

  async find({ environment, uv }: PythonWire, signal: AbortSignal): Promise<FoundPython> {
    const { python, environments } = this.#options;
    if (environment !== undefined) {
      if (environments === null) return { problem: "this runner has no virtual environments (--environments FOLDER)" };
      const folder = join(environments, environment);
      return existsSync(join(folder, "bin/python"))
        ? inFolder(folder)
        : { problem: `this runner has no virtual environment called ${environment}` };
    }
    if (uv !== undefined) return this.#withUv([...uv].sort(), signal);
    return { python, mounts: [] };
  }

  #withUv(requirements: readonly string[], signal: AbortSignal): Promise<FoundPython> {
    const name = createHash("sha256").update(requirements.join("\n")).digest("hex").slice(0, 32);
    const folder = join(this.#options.cache, name);
    if (existsSync(join(folder, "bin/python"))) return Promise.resolve(inFolder(folder));
    const known = this.#making.get(name);
    if (known) return known;
    const made = this.#make(folder, requirements, signal).finally(() => this.#making.delete(name));
    this.#making.set(name, made);
    return made;
  }

  /** Made under another name and moved when it is whole, so that a half-made one is never used. */
  async #make(folder: string, requirements: readonly string[], signal: AbortSignal): Promise<FoundPython> {
    const { uv, python, cache } = this.#options;
    if (uv === null) return { problem: "the node needs uv, and this runner has none" };
    cacheFolder(cache);
    const draft = `${folder}.${process.pid}`;
    removeFolder(draft);
    try {
      const steps = [
        [uv, "venv", "--relocatable", "--python", python, draft],
        [uv, "pip", "install", "--only-binary", ":all:", "--python", join(draft, "bin/python"), "--", ...requirements],
      ];
      for (const argv of steps) {
        const problem = await run(argv, signal);
        if (problem !== null) return { problem: `uv could not make the node's environment: ${problem}` };
      }
      if (!existsSync(folder)) moveFolder(draft, folder);
      return inFolder(folder);
    } finally {
      removeFolder(draft);
    }
  }
}

/** An environment stays where it is: its programs name it by its path. */
const inFolder = (folder: string): FoundPython => ({
  python: join(folder, "bin/python"),
  mounts: [{ from: folder, to: folder }],
});

/** What uv needs of the runner's environment: none of its secrets, for it handles what a contract names. */
function installEnv(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => WANTED.has(name.toUpperCase()) || name.startsWith("UV_"));
  return Object.fromEntries(own);
}

const WANTED: ReadonlySet<string> = new Set([
  ...["PATH", "HOME", "TMPDIR", "LANG", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"],
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"],
]);

/** Null when it went well; otherwise the last line it wrote. */
function run(argv: readonly string[], signal: AbortSignal): Promise<string | null> {
  const [program = "", ...args] = argv;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe"],
      signal,
      timeout: INSTALL_MS,
      env: installEnv(),
    });
    let last = "";
    child.stderr.on("data", (bytes: Buffer) => {
      last = (last + bytes.toString("utf8")).slice(-2_000);
    });
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code) => resolve(code === 0 ? null : (last.trim().split("\n").at(-1) ?? `exit code ${code}`)));
  });
}
