import { execFile } from "node:child_process";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import { PROJECT_ROOT } from "../../support/local-worker/project-root.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** What a fresh clone does not have. */
const NOT_CLONED = new Set(["node_modules", ".git", ".tmp", ".wrangler", ".dev.vars", "coverage", "dist"]);

/** A copy of the project to try a page in, as somebody has it who has just cloned it and typed `npm ci`. */
export interface Workspace {
  readonly folder: string;
  /** What the shell needs to find the command, and to touch nothing outside. */
  readonly env: Readonly<Record<string, string>>;
  write(path: string, text: string): Promise<void>;
  remove(): Promise<void>;
}

export async function openWorkspace(): Promise<Workspace> {
  const temporary = await temporaryFolder();
  const folder = join(temporary.path, "onex");
  const home = join(temporary.path, "home");
  await cp(PROJECT_ROOT, folder, {
    recursive: true,
    filter: (path) => path === PROJECT_ROOT || !NOT_CLONED.has(basename(path)),
  });
  await symlink(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
  const commands = join(home, "bin");
  await mkdir(commands, { recursive: true });
  // The alias that pages tell a reader to make; scripts have none.
  await symlink(join(folder, "src/cli/onex.mjs"), join(commands, "onex"));
  await promisify(execFile)("git", ["init", "-q", folder]);
  return {
    folder,
    env: {
      HOME: home,
      PATH: [commands, dirname(process.execPath), process.env["PATH"] ?? ""].join(":"),
      ONEX_AUTHOR: "A reader",
      NO_COLOR: "1",
      NODE_COMPILE_CACHE: join(home, "compiled"),
      npm_config_update_notifier: "false",
      WRANGLER_SEND_METRICS: "false",
    },
    async write(path, text) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    },
    remove: () => temporary.remove(),
  };
}
