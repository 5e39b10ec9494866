import { spawnSync, type StdioOptions } from "node:child_process";
import { existsSync, lstatSync } from "node:fs";
import type { SandboxWire } from "../../../contracts/documents/runner-blocks.ts";
import { ARGS_FD } from "./harness.ts";
import { linkTarget, withEmptyFile } from "./machine-files.ts";

/** A folder of this machine that the process sees, and may not write to. */
export interface Mount {
  readonly from: string;
  readonly to: string;
}

/** What is to run, and in what limits. */
export interface Confined {
  readonly argv: readonly string[];
  readonly limits: SandboxWire;
  readonly mounts: readonly Mount[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** A command that confines another. */
export interface Wrapped {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it reads from ARGS_FD; absent for nothing. Everybody on the machine may read a command line, so no value is there. */
  readonly args?: string;
}

/** How processes are confined on this machine. */
export interface Sandbox {
  readonly kind: "bubblewrap" | "none";
  /** The command that runs the confined one. */
  wrap(confined: Confined): Wrapped;
  /** Where the process sees what is at this place of this machine. */
  place(mount: Mount): string;
}

/** The user a runner of root gives its processes: nobody. */
const NOBODY = 65_534;
const MIB = 1_048_576;
/** What a process finds in its environment, whatever the runner has in its own. */
export const CLEAN_ENV = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/tmp",
  TMPDIR: "/tmp",
  LANG: "C.UTF-8",
} as const;
/** What the network needs of this machine. */
const NETWORK_FILES = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/ssl",
  "/etc/ca-certificates",
  "/etc/pki",
];

/**
 * Bubblewrap: a process sees /usr, its own code and an empty /tmp, and nothing else of the machine: no files, no other
 * processes, no network unless it is allowed. As root it runs as nobody, for root is not limited in its processes.
 */
export const bubblewrap: Sandbox = {
  kind: "bubblewrap",
  place: ({ to }) => to,
  wrap({ argv, limits, mounts, env, timeoutMs }) {
    const files = limits.files_mb * MIB;
    const variables = Object.entries({ ...CLEAN_ENV, ...env }).flatMap(([name, value]) => ["--setenv", name, value]);
    const network = limits.network
      ? ["--share-net", ...NETWORK_FILES.flatMap((file) => ["--ro-bind-try", file, file])]
      : [];
    return {
      argv: [
        ...(process.getuid?.() === 0
          ? ["setpriv", "--reuid", String(NOBODY), "--regid", String(NOBODY), "--clear-groups", "--no-new-privs"]
          : []),
        ...["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--hostname", "node"],
        ...["--clearenv", "--args", String(ARGS_FD), "--ro-bind", "/usr", "/usr", ...SYSTEM_LINKS],
        ...["--proc", "/proc", "--dev", "/dev", "--size", String(files), "--tmpfs", "/dev/shm"],
        ...["--size", String(files), "--tmpfs", "/tmp", ...network],
        ...mounts.flatMap(({ from, to }) => ["--ro-bind", from, to]),
        ...["--chdir", "/tmp", "--remount-ro", "/", "--", ...limited(argv, limits, timeoutMs)],
      ],
      env: { PATH: process.env["PATH"] ?? CLEAN_ENV.PATH },
      args: variables.map((word) => `${word}\0`).join(""),
    };
  },
};

/** No walls at all: limits alone, and an environment of its own. For machines whose operator says so. */
export const unsandboxed: Sandbox = {
  kind: "none",
  place: ({ from }) => from,
  wrap: ({ argv, limits, env, timeoutMs }) => ({
    argv: limited(argv, limits, timeoutMs),
    env: { ...CLEAN_ENV, ...env },
  }),
};

/** The limits that the kernel keeps. Time is watched by the runner; the processor's is bounded besides. */
function limited(argv: readonly string[], limits: SandboxWire, timeoutMs: number): readonly string[] {
  const seconds = Math.ceil(timeoutMs / 1_000) + 1;
  return [
    "prlimit",
    `--as=${limits.memory_mb * MIB}`,
    `--nproc=${limits.processes}`,
    `--fsize=${limits.files_mb * MIB}`,
    `--cpu=${seconds}`,
    "--nofile=256",
    "--core=0",
    ...argv,
  ];
}

/** /bin, /lib and the like: links into /usr where they are links here, else folders. */
const SYSTEM_LINKS = ["/bin", "/sbin", "/lib", "/lib32", "/lib64"].flatMap((path) => {
  if (!existsSync(path)) return [];
  return lstatSync(path).isSymbolicLink() ? ["--symlink", linkTarget(path), path] : ["--ro-bind", path, path];
});

/** Why bubblewrap cannot be used here; null when it can. */
export function bubblewrapProblem(): string | null {
  const limits: SandboxWire = { memory_mb: 64, files_mb: 1, processes: 8, network: false };
  const { argv, env } = bubblewrap.wrap({ argv: ["true"], limits, mounts: [], env: {}, timeoutMs: 1_000 });
  const [program = "", ...args] = argv;
  const tried = withEmptyFile((nothing) => {
    const stdio: StdioOptions = ["ignore", "ignore", "pipe", "ignore", "ignore", nothing];
    return spawnSync(program, args, { env: { ...env }, encoding: "utf8", timeout: 10_000, stdio });
  });
  if (tried.error) return `${program} cannot be started`;
  return tried.status === 0 ? null : tried.stderr.trim().split("\n").at(-1) || "bubblewrap failed";
}
