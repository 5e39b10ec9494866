import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** Folder of the project itself. */
export const PROJECT = join(import.meta.dirname, "../../..");

/** The gates' own configuration: a planted tree is judged by exactly what judges the project. */
const CONFIGURATION = [
  ".dependency-cruiser.mjs",
  ".gitignore",
  ".oxlintrc.json",
  "contracts/tsconfig.json",
  "src/cli/tsconfig.json",
  "test/arch/support/lint-plugin.ts",
  "test/tsconfig.json",
  "tsconfig.base.json",
  "tsconfig.core.json",
  "tsconfig.json",
  "tsconfig.node.json",
];

/** Stands in for the types wrangler generates: Node's are near enough, and there without generating anything. */
const RUNTIME_TYPES = `
/// <reference types="node" />
interface Env { readonly DB: { exec(sql: string): Promise<void> } }
declare module "cloudflare:workers" { export const env: Env; }
declare module "*.wasm" { const engine: object; export default engine; }
declare module "cloudflare:test" { export function reset(): Promise<void>; }
`;

export interface PlantedTree {
  readonly root: string;
  remove(): Promise<void>;
}

/**
 * A copy of the project's gates around other files, outside the project, so that a process that dies leaves nothing
 * behind in the source. Keys are paths below the root.
 */
export async function plantTree(files: Readonly<Record<string, string>>): Promise<PlantedTree> {
  const root = await mkdtemp(join(tmpdir(), "onex-planted-"));
  for (const file of CONFIGURATION) await cp(join(PROJECT, file), join(root, file));
  await symlink(join(PROJECT, "node_modules"), join(root, "node_modules"), "dir");
  await write(root, "worker-configuration.d.ts", RUNTIME_TYPES);
  for (const [path, text] of Object.entries(files)) await write(root, path, text);
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

async function write(root: string, path: string, text: string): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

/** How a program ended. */
export interface Exit {
  readonly code: number;
  readonly output: string;
}

/** Runs one of the project's own commands in a folder, with standard output and error as one text. */
export function run(command: string, args: readonly string[], cwd: string): Promise<Exit> {
  const bin = join(PROJECT, "node_modules/.bin");
  // The commands are Node scripts: they must find the project's own Node before the machine's.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
  return new Promise((resolve) => {
    execFile(join(bin, command), args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, output: stdout + stderr });
    });
  });
}
