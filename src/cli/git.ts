import { spawnSync } from "node:child_process";

/** What git answered; null when it refused or is not installed. */
export function git(cwd: string, args: readonly string[], input?: string): string | null {
  const outcome = spawnSync("git", args, {
    cwd,
    encoding: "utf8",
    maxBuffer: 1024 * 1024 * 1024,
    ...(input === undefined ? {} : { input }),
  });
  return outcome.status === 0 ? outcome.stdout : null;
}

/** Who git says works here, or null. */
export const gitUser = (cwd: string): string | null => trimmed(git(cwd, ["config", "user.name"]));

/** `v1.2.0-3-gabc1234`, or the short commit where nothing is tagged; null outside a repository. */
export const gitVersion = (cwd: string): string | null =>
  trimmed(git(cwd, ["describe", "--tags", "--always", "--dirty"]));

function trimmed(text: string | null): string | null {
  const clean = text?.trim() ?? "";
  return clean === "" ? null : clean;
}
