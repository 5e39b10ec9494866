import { run } from "./planted-tree.ts";

export interface Finding {
  readonly file: string;
  /** As oxlint spells it: `eslint(no-console)`, `onex(one-file-reads-env)`. */
  readonly rule: string;
  readonly message: string;
}

export interface LintReport {
  readonly code: number;
  readonly files: number;
  readonly findings: readonly Finding[];
}

interface OxlintJson {
  readonly number_of_files: number;
  readonly diagnostics: readonly { readonly code: string; readonly filename: string; readonly message: string }[];
}

/** Lints everything below `root` with the configuration found there. */
export async function lint(root: string): Promise<LintReport> {
  const { code, output } = await run("oxlint", ["--format", "json"], root);
  const report = JSON.parse(output) as OxlintJson;
  return {
    code,
    files: report.number_of_files,
    findings: report.diagnostics.map(({ code: rule, filename, message }) => ({ file: filename, rule, message })),
  };
}
