import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { systemReason, usageFailure } from "../shell.ts";

/** The real path of a folder somebody named; anything else is a wrong call. */
export function folderOf(given: string, cwd: string): string {
  try {
    const real = realpathSync(resolve(cwd, given));
    if (statSync(real).isDirectory()) return real;
  } catch (thrown) {
    throw usageFailure(`${given}: ${systemReason(thrown)}`);
  }
  throw usageFailure(`${given} is no folder`);
}
