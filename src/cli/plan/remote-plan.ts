import type { PlanRequest } from "../../../contracts/api/plan-request.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { OnexError } from "../../client/wire-client.ts";
import { HTTP_STATUS, type ErrorCode, type Fault } from "../../core/errors.ts";
import { planFromWire } from "../../core/plan/stored/plan-from-wire.ts";
import { policyToWire } from "../../core/plan/stored/plan-to-wire.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { asking, serverClient } from "../remote/server.ts";
import type { ServerOptions } from "../remote/server-options.ts";
import { type Shell, usageFailure } from "../shell.ts";
import type { MadePlan, PlanWishes } from "./local-plan.ts";
import { outOfEnvelope } from "./out-of-envelope.ts";
import type { PlanDocument } from "./plan-document.ts";
import { payloadWith, policyWith } from "./policy-option.ts";

/** Lets a server plan a document with its nodes and what it knows of them. Runs nothing. */
export async function planRemotely(
  document: PlanDocument,
  wishes: PlanWishes,
  options: ServerOptions,
  shell: Shell,
): Promise<Result<MadePlan, Fault>> {
  if (wishes.nodes.length > 0) throw usageFailure("--nodes is for planning here", "register them with `onex crawl`");
  if (wishes.mutations.length > 0) throw usageFailure("--mutate is for planning here", "leave --url out");
  const request = requestOf(document, wishes.policy);
  if (!request.ok) return request;
  const client = serverClient(options, shell);
  const bare = document.kind === "request" && document.bare;
  const answer = await asking(async () => {
    try {
      return ok(await client.plans.preview(request.value));
    } catch (thrown) {
      if (!(thrown instanceof OnexError) || !isRefusal(thrown)) throw thrown;
      return bare ? outOfEnvelope(faultOf(thrown)) : err(faultOf(thrown));
    }
  });
  if (!answer.ok) return answer;
  const plan = planFromWire(answer.value);
  return plan.ok ? ok({ plan: plan.value, notes: [] }) : plan;
}

function requestOf(document: PlanDocument, fields: JsonObject): Result<PlanRequest, Fault> {
  if (document.kind === "request") {
    const { operation, payload, targetNode } = document;
    return ok({ operation, payload: payloadWith(payload, fields), target_node: targetNode });
  }
  if (document.kind === "plan" || document.imported.kind === "graph") {
    throw usageFailure("this file brings its own nodes or is a plan already: it is planned here", "leave --url out");
  }
  const { want, given, policy } = document.imported.goal;
  const rules = policyWith(policy, fields);
  if (!rules.ok) return rules;
  const goal = { want: [...want], given: [...given], policy: policyToWire(rules.value) };
  return ok({ operation: "goal.run", payload: goal });
}

/** The server understood and said no. A missing server or token is another matter. */
const isRefusal = ({ code, status }: OnexError): boolean => isKnown(code) && [400, 404, 409, 422].includes(status);

const isKnown = (code: string): code is ErrorCode => Object.hasOwn(HTTP_STATUS, code);

function faultOf({ code, message, place, hint, errors }: OnexError): Fault {
  return {
    code: isKnown(code) ? code : "RUNTIME_ERROR",
    message,
    ...(place === null ? {} : { place }),
    ...(hint === null ? {} : { hint }),
    ...(errors.length === 0 ? {} : { details: { errors: errors.map((entry) => ({ ...entry })) } }),
  };
}
