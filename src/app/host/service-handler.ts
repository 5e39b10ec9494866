import { remoteServiceAnswer } from "../../../contracts/documents/remote.ts";
import { asWire } from "../../../contracts/json/wire.ts";
import { fault, faultOf, RuntimeHostError } from "../../core/errors.ts";
import { flawFault } from "../../core/json/flaw.ts";
import { jsonFlaw } from "../../core/json/read-json.ts";
import { nodeRef } from "../../core/registry/node.ts";
import { SERVICE_FETCH, serviceTarget, type ServiceTarget } from "../../core/registry/service-target.ts";
import { DEFAULT_BREAKER, type CallResult } from "../../core/resilience/breaker.ts";
import type { BoundWorkers, Handler, NodeCall, NodeOutput } from "../../spi/handler.ts";
import type { Breakers } from "./breakers.ts";
import type { DeclaredPorts } from "./call-ports.ts";
import { AGAINST_TARGET } from "./guard.ts";
import { answered, attemptOf, noAnswer, outcomeOutput, signedPost } from "./remote-call.ts";

export interface ServicePorts extends DeclaredPorts {
  readonly workers: BoundWorkers;
  readonly breakers: Pick<Breakers, "admit" | "report">;
}

const TYPE = "service";

/**
 * Executes nodes of another Worker that is bound to this one. A method is called with the attempt as its argument; `fetch`
 * gets the signed request that a node elsewhere gets. A binding has a circuit breaker, as every target has.
 */
export function serviceHandler({ workers, breakers, ...ports }: ServicePorts): Handler {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    type: TYPE,
    targets: workers.names,
    initialize: nothing,
    shutdown: nothing,
    async execute(call) {
      const target = targetOf(call);
      const key = { tenant: call.tenant, binding: TYPE, target: target.binding };
      const pass = await breakers.admit(key, DEFAULT_BREAKER);
      let result: CallResult = "neutral";
      try {
        const output = await answerOf(call, target);
        result = "success";
        return output;
      } catch (thrown) {
        if (AGAINST_TARGET.has(faultOf(thrown).code)) result = "failure";
        throw thrown;
      } finally {
        breakers.report(pass, result);
      }
    },
    healthCheck: () => Promise.resolve({ healthy: true }),
    describe: () => ({
      handlerType: TYPE,
      supportedOperations: ["node.execute"],
      requiredPayloadFields: [],
      responseShape: {},
      version: "1.0.0",
    }),
  };

  async function answerOf(call: NodeCall, { binding, method }: ServiceTarget): Promise<NodeOutput> {
    if (method !== SERVICE_FETCH) return calledOutput(call, await workers.call(binding, method, attemptOf(call, null)));
    const { remote } = call.node;
    if (remote === undefined) throw new RuntimeHostError(fault("INVALID_STATE", "its contract names no secret"));
    const { secret_ref: secretRef } = remote;
    const attempt = attemptOf(call, secretRef);
    const request = await signedPost(call, { attempt, secretRef, host: binding }, ports);
    return answered(call, await workers.post(binding, request, call.signal), ports.clock.now());
  }
}

function targetOf({ node }: NodeCall): ServiceTarget {
  const target = serviceTarget(node.entrypoint.target);
  if (target) return target;
  throw new RuntimeHostError(
    fault("INVALID_STATE", `${nodeRef(node)} has no method of a binding as its target`, { retryable: false }),
  );
}

/** What a method returned: nothing says that it is data, whatever was promised. */
function calledOutput(call: NodeCall, returned: unknown): NodeOutput {
  const { node } = call;
  const flaw = jsonFlaw(returned);
  if (flaw) throw new RuntimeHostError(flawFault("OUTPUT_STATE_INVALID", `what ${nodeRef(node)} answered`, flaw));
  const read = remoteServiceAnswer.safeParse(returned);
  if (!read.success)
    throw noAnswer(
      node,
      read.error,
      "a method answers {outcome: {ok: true, output: {…}}}, or {accepted: true} and later",
    );
  const answer = asWire(read.data);
  return "accepted" in answer ? { parked: true } : outcomeOutput(node, answer.outcome);
}
