import { PROBLEM_TYPE } from "../../../contracts/api/problem.ts";
import { fault, faultOf, HTTP_STATUS } from "../../../src/core/errors.ts";
import { problemDocument } from "./problem.ts";

/**
 * The answer of a deployment that cannot start. It says so and no more: what is wrong stands in the log, and a caller has
 * not shown who he is yet.
 */
export function refusedStart(thrown: unknown, { url }: Pick<Request, "url">, correlationId: string): Response {
  const { code } = faultOf(thrown);
  const problem = fault(code, "this deployment is not set up rightly and does not start", {
    hint: "its log says what is wrong",
    retryable: false,
  });
  return new Response(JSON.stringify(problemDocument(problem, correlationId, new URL(url).pathname)), {
    status: HTTP_STATUS[code],
    headers: { "content-type": PROBLEM_TYPE, "x-correlation-id": correlationId },
  });
}
