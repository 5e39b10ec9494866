import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { knownToken } from "../dev/token.ts";

/** What a project's folder has at its top. */
const MARKS = [".git", "wrangler.toml"];

/** Whether a server is on this machine: the token of a local server is sent nowhere else. */
export function isLocal(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** The token `npm start` wrote to `.dev.vars`: in this folder, or above it as far as the project reaches. Null: none. */
export function projectToken(cwd: string): string | null {
  for (const folder of withinProject(cwd)) {
    const token = knownToken(join(folder, ".dev.vars"));
    if (token !== null) return token;
  }
  return null;
}

/** The folders from here up to the top of the project; only this one where there is no project around it. */
function withinProject(cwd: string): readonly string[] {
  const folders: string[] = [];
  for (let at = cwd; ; at = dirname(at)) {
    folders.push(at);
    if (MARKS.some((mark) => existsSync(join(at, mark)))) return folders;
    if (dirname(at) === at) return [cwd];
  }
}
