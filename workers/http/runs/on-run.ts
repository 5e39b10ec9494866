import type { Fault } from "../../../src/core/errors.ts";
import type { Result } from "../../../src/core/result.ts";
import type { AppContext } from "../request/context.ts";
import { problemResponse } from "../answer/problem.ts";
import { runIdOf, runNotFound } from "./run-id.ts";

/** Does something with the run of the path and answers with what came of it: 200, or the problem. */
export async function onRun(c: AppContext, work: (runId: string) => Promise<Result<object, Fault>>): Promise<Response> {
  const id = runIdOf(c);
  if (id === null) return problemResponse(c, runNotFound(c));
  const outcome = await work(id);
  return outcome.ok ? c.json(outcome.value) : problemResponse(c, outcome.error);
}
