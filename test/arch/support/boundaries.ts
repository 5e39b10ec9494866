import { existsSync } from "node:fs";
import { join } from "node:path";
import { cruise, type ICruiseOptions, type ICruiseResult } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";

const ROOTS = ["contracts", "src", "workers", "test"];

/** One import the table forbids. */
export interface Violation {
  readonly rule: string;
  readonly from: string;
  readonly to: string;
}

export interface Boundaries {
  /** Modules looked at. Zero means the check saw nothing, which is a failure and never a pass. */
  readonly modules: number;
  readonly violations: readonly Violation[];
}

/** Checks every import below `root` against the rules in `.dependency-cruiser.mjs` of `configFolder`. */
export async function checkBoundaries(root: string, configFolder: string = root): Promise<Boundaries> {
  const options: ICruiseOptions = await extractOptions(join(configFolder, ".dependency-cruiser.mjs"));
  const { output } = await cruise(
    ROOTS.filter((folder) => existsSync(join(root, folder))),
    { ...options, baseDir: root, validate: true },
    undefined,
    { tsConfig: extractTsConfig(join(configFolder, "tsconfig.base.json")) as unknown },
  );
  const result = output as ICruiseResult;
  return {
    modules: result.modules.filter((module) => ROOTS.some((folder) => module.source.startsWith(`${folder}/`))).length,
    violations: result.summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
  };
}
