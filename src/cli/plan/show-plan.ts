import type { Fault } from "../../core/errors.ts";
import { diffPlans } from "../../core/plan/replan/diff-plans.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { planToWire } from "../../core/plan/stored/plan-to-wire.ts";
import { diffText } from "../../core/plan/views/diff-text.ts";
import { planText, type PlanTextFormat } from "../../core/plan/views/plan-text.ts";
import { wireFault } from "../../core/run/views/view.ts";
import { writeJson } from "../json-output.ts";
import { painter } from "../paint.ts";
import { EXIT, type ExitCode, type Shell, usageFailure } from "../shell.ts";
import { planIn } from "./plan-document.ts";
import { documentIn } from "./read-text.ts";
import { refusalReport } from "./refusal-report.ts";

export type PlanFormat = "json" | PlanTextFormat;

/** Prints a plan. */
export async function showPlan(plan: Plan, format: PlanFormat, everyone: boolean, shell: Shell): Promise<ExitCode> {
  await (format === "json"
    ? writeJson(shell.stdout, planToWire(plan))
    : shell.stdout.write(planText(plan, format, { everyone })));
  return EXIT.ok;
}

/** The plan in the file of `--against`. */
export async function planInFile(path: string, shell: Shell): Promise<Plan> {
  const plan = planIn(await documentIn(path, shell));
  if (plan.ok) return plan.value;
  throw usageFailure(`${path}: ${plan.error.message} (${plan.error.place ?? "$"})`, plan.error.hint);
}

/** Prints what a plan does otherwise than an earlier one, which is a finding. */
export async function showDifference(before: Plan, plan: Plan, json: boolean, shell: Shell): Promise<ExitCode> {
  const diff = diffPlans(before, plan);
  await (json
    ? writeJson(shell.stdout, { from: before.hash, to: plan.hash, ...diff })
    : shell.stdout.write(diffText(diff, before, plan)));
  return diff.same ? EXIT.ok : EXIT.findings;
}

/** Prints why there is no plan. */
export async function showRefusal(problem: Fault, json: boolean, shell: Shell): Promise<ExitCode> {
  if (json) await writeJson(shell.stdout, { error: wireFault(problem) });
  await shell.stderr.write(refusalReport(problem, painter(shell, shell.stderr)));
  return EXIT.findings;
}
