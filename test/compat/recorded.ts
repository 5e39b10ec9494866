import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Recorded } from "./recorded-form.ts";
import { unsqueezed } from "./squeeze.ts";

/** Every release something was recorded of, oldest first. */
export const releases = (): readonly string[] =>
  readdirSync(import.meta.dirname)
    .filter((name) => /^\d/.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));

/** One file of a release's records. */
export const recorded = <K extends keyof Recorded>(release: string, name: K): Recorded[K] =>
  JSON.parse(unsqueezed(readFileSync(join(import.meta.dirname, release, `${name}.json`), "utf8"))) as Recorded[K];
