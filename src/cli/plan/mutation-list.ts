import { mutation } from "../../../contracts/documents/plan.ts";
import { jsonPath } from "../../core/envelope/refusal.ts";
import type { Fault } from "../../core/errors.ts";
import type { Mutation } from "../../core/plan/replan/mutate-plan.ts";
import { planFault } from "../../core/plan/model/problem.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { type Shell, usageFailure } from "../shell.ts";
import { documentIn } from "./read-text.ts";

/** The changes in the file of `--mutate`. Refusal: PLAN_INVALID_MUTATION with the place in the list. */
export async function mutationList(
  path: string | undefined,
  shell: Shell,
): Promise<Result<readonly Mutation[], Fault>> {
  if (path === undefined) return ok([]);
  const value = await documentIn(path, shell);
  if (!Array.isArray(value))
    throw usageFailure(`${path} is no list of mutations`, 'such as [{"op": "remove", "step": "a"}]');
  const mutations: Mutation[] = [];
  for (const [i, one] of value.entries()) {
    const read = mutation.safeParse(one);
    if (!read.success) {
      const [issue] = read.error.issues;
      return err(
        planFault("invalid_mutation", issue?.message ?? "this is no mutation", {
          place: `mutations[${i}]${jsonPath(issue?.path ?? []).slice(1)}`,
          hint: "an op is replace, insert, remove, rewire, result or after",
        }),
      );
    }
    mutations.push(read.data);
  }
  return ok(mutations);
}
