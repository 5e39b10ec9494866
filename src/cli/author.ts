import { gitUser } from "./git.ts";
import type { Shell } from "./shell.ts";

/** Who is named as the author: what was asked for, then ONEX_AUTHOR, then git's user. */
export function authorOf(shell: Shell, asked: string | undefined): string | null {
  const given = [asked, shell.env["ONEX_AUTHOR"]].find((name) => name !== undefined && name.trim() !== "");
  return given?.trim() ?? gitUser(shell.cwd);
}
