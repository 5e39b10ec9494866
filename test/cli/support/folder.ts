import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { stamp } from "../../../src/core/metadata/stamp.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";

export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A folder of a test, gone when the test is over. */
export interface TestFolder {
  readonly path: string;
  at(name: string): string;
  read(name: string): string;
  has(name: string): boolean;
  write(files: Files): void;
}

export function testFolder(files: Files = {}): TestFolder {
  const path = mkdtempSync(join(tmpdir(), "onex-cli-"));
  onTestFinished(() => {
    // What a test made unreadable must go too.
    execFileSync("chmod", ["-R", "u+rwX", path]);
    rmSync(path, { recursive: true, force: true });
  });
  const folder: TestFolder = {
    path,
    at: (name) => join(path, name),
    read: (name) => readFileSync(join(path, name), "utf8"),
    has: (name) => existsSync(join(path, name)),
    write(more) {
      for (const [name, content] of Object.entries(more)) {
        mkdirSync(dirname(join(path, name)), { recursive: true });
        writeFileSync(join(path, name), content);
      }
    },
  };
  folder.write(files);
  return folder;
}

let uuids = 0;

/** A stamped text; every call is another document. */
export function stampedText(path: string, body: string, fields: JsonObject = {}): string {
  const uuid = `10000000-0000-4000-8000-${String(++uuids).padStart(12, "0")}`;
  const outcome = stamp(body, { path, now: "2026-01-01T00:00:00Z", uuid, author: "Tide Desk", fields });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.error));
  return outcome.value.text;
}

/** The folder of a small node of our own, by file name. */
export function nodeFiles(name: string, fields: JsonObject = {}): Readonly<Record<string, string>> {
  const contract = [
    "contract_version: 1.0.0",
    `node_name: ${name}`,
    "node_version: 1.0.0",
    "input_contract:",
    `  ${name}.input: { type: string }`,
    "output_contract:",
    `  ${name}.output: { type: string }`,
    "",
  ].join("\n");
  const metadata = stampedText(`${name}/node.onex.yaml`, "", {
    name,
    version: "1.0.0",
    description: `The node ${name}.`,
    entrypoint: { type: "builtin", target: name },
    namespace: `onex.nodes.${name}`,
    meta_type: "node",
    state_contract: "state_contract://contract.yaml",
    lifecycle: "draft",
    ...fields,
  });
  return {
    [`${name}/node.onex.yaml`]: metadata,
    [`${name}/contract.yaml`]: contract,
    [`${name}/README.md`]: `# ${name}\n`,
  };
}

/** Makes the folder a git repository whose identity and hooks are its own. */
export function gitRepository(folder: TestFolder): (...args: readonly string[]) => string {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", args, {
      cwd: folder.path,
      encoding: "utf8",
      env: gitEnvironment(),
      stdio: ["ignore", "pipe", "pipe"],
    });
  git("init", "--quiet", "--initial-branch=main");
  git("config", "user.name", "Tide Desk");
  git("config", "user.email", "tide@example.org");
  git("config", "commit.gpgsign", "false");
  git("config", "core.hooksPath", join(folder.path, ".git", "hooks"));
  return git;
}

/** Nothing of the machine's own configuration. */
export const gitEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env["PATH"],
  HOME: tmpdir(),
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_CONFIG_NOSYSTEM: "1",
  ONEX_AUTHOR: "Tide Desk",
});
