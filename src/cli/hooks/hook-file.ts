import { basename, dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { textIfThere } from "../files/read-file.ts";
import { isLink, isThere } from "../files/walk.ts";
import { makeFolder, removeFile, renameFile, writeFileWhole } from "../files/write-file.ts";
import { git } from "../git.ts";
import { CommandFailure, usageFailure } from "../shell.ts";

const LAUNCHER = fileURLToPath(new URL("../onex.mjs", import.meta.url));
const MARK = "# onex pre-commit hook";

/** Where git looks for the pre-commit hook of the working tree around a folder; it may be shared by several trees. */
export function hookPath(cwd: string): string {
  const path = git(cwd, ["rev-parse", "--git-path", "hooks/pre-commit"])?.trimEnd();
  if (path === undefined || path === "")
    throw usageFailure("this is no git repository", "run it inside a working tree");
  return resolve(cwd, path);
}

/** The script git runs. A launcher in the working tree is found from there, so that the tree may be moved. */
export function hookScript(cwd: string, launcher = LAUNCHER): string {
  const top = git(cwd, ["rev-parse", "--show-toplevel"])?.trimEnd() ?? "";
  const inside = top === "" ? launcher : relative(top, launcher);
  const isInside = inside !== "" && !inside.startsWith("..") && inside !== launcher;
  const command = isInside
    ? `"$(git rev-parse --show-toplevel)"/${quoted(inside.split(sep).join("/"))}`
    : quoted(launcher);
  return [
    "#!/bin/sh",
    `${MARK}: stamps and validates what is committed. Written by \`onex hooks install\`.`,
    `exec node ${command} hooks run`,
    "",
  ].join("\n");
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The text of a hook that was installed here; null for any other, and for a link, whatever it leads to. */
function ownHook(path: string): string | null {
  const text = isLink(path) ? null : textIfThere(path);
  return text?.includes(MARK) === true ? text : null;
}

/** Where a hook of another kind is kept. */
const replaced = (path: string): string => `${path}.before-onex`;

export type Installation = "installed" | "unchanged" | "replaced";

/** Installs the hook. One that is not ours is refused, or with `force` kept beside as `pre-commit.before-onex`. */
export function installHook(cwd: string, force: boolean): { readonly path: string; readonly outcome: Installation } {
  const path = hookPath(cwd);
  const script = hookScript(cwd);
  const own = ownHook(path);
  if (own === script) return { path, outcome: "unchanged" };
  const foreign = own === null && isThere(path);
  if (foreign && !force) {
    throw new CommandFailure(`${path} is a hook of another kind and is left as it is`, {
      hint: "call `onex hooks run` from it, or replace it with --force",
    });
  }
  // Where git says its hooks are, they may be linked to: that place is named by its own configuration.
  makeFolder(dirname(path), dirname(path));
  if (foreign) renameFile(path, basename(replaced(path)));
  writeFileWhole(path, script, { mode: 0o755 });
  return { path, outcome: foreign ? "replaced" : "installed" };
}

/** Removes the hook if it is ours, and puts back the one it replaced. */
export function uninstallHook(cwd: string): { readonly path: string; readonly outcome: "removed" | "absent" } {
  const path = hookPath(cwd);
  if (ownHook(path) === null) return { path, outcome: "absent" };
  removeFile(path);
  if (isThere(replaced(path))) renameFile(replaced(path), basename(path));
  return { path, outcome: "removed" };
}
