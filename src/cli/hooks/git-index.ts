import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import type { ScanWorld } from "../../core/scan/references.ts";
import { git } from "../git.ts";
import { CommandFailure } from "../shell.ts";

/** What will be committed: the files of git's index, which may differ from those on disk. */
export interface GitIndex {
  /** The root of the working tree. */
  readonly top: string;
  /** Paths, relative to the root, that the commit adds or changes. */
  staged(): readonly string[];
  /** The bytes of a file, or null when it is not in the index. */
  bytes(path: string): Buffer | null;
  /** Replaces a file's content; its mode stays. */
  replace(path: string, text: string): void;
  /** The files of a folder. */
  world(folder: string): ScanWorld;
}

const CONTRACT_NAME = /^contract_name[ \t]*:[ \t]*["']?([A-Za-z0-9_-]+)/m;

export function gitIndex(cwd: string): GitIndex {
  const top = git(cwd, ["rev-parse", "--show-toplevel"])?.trimEnd();
  if (top === undefined) throw new CommandFailure("this is no git repository");
  const bytes = (path: string): Buffer | null => {
    const shown = spawnSync("git", ["cat-file", "blob", `:${path}`], { cwd: top, maxBuffer: 1024 * 1024 * 1024 });
    return shown.status === 0 ? shown.stdout : null;
  };
  const below = (folder: string, path: string): string => (folder === "" ? path : `${folder}/${path}`);
  return {
    top,
    bytes,
    staged: () =>
      (git(top, ["diff", "--cached", "--name-only", "--diff-filter=ACMR", "-z"]) ?? "")
        .split("\0")
        .filter((path) => path !== ""),
    replace(path, text) {
      const mode = /^(\d{6}) /.exec(git(top, ["ls-files", "--stage", "--", path]) ?? "")?.[1] ?? "100644";
      const blob = git(top, ["hash-object", "-w", "--stdin"], text)?.trim();
      const done = blob === undefined ? null : git(top, ["update-index", "--cacheinfo", `${mode},${blob},${path}`]);
      if (done === null) throw new CommandFailure(`${path} cannot be staged`);
    },
    world: (folder) => ({
      hasFile: (path) => bytes(below(folder, path)) !== null,
      sha256(path) {
        const content = bytes(below(folder, path));
        return content === null ? null : createHash("sha256").update(content).digest("hex");
      },
      text(path) {
        const content = path.startsWith("/") || path.split("/").includes("..") ? null : bytes(below(folder, path));
        return content === null ? null : textOf(content);
      },
      contractName: () =>
        CONTRACT_NAME.exec(bytes(below(folder, "contract.yaml"))?.toString("utf8") ?? "")?.[1] ?? null,
    }),
  };
}

/** The text of bytes, or null when they are none: binary, or not UTF-8. */
export const textOf = (bytes: Buffer): string | null =>
  bytes.subarray(0, 8_000).includes(0) || !isUtf8(bytes) ? null : bytes.toString("utf8");
