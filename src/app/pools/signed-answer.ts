import { fault, type Fault } from "../../core/errors.ts";
import { workItemIdOf } from "../../core/pool/work-item.ts";
import { isSignedBy, type SignedRequest } from "../../core/remote/signature.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { RunCoordinator } from "../../spi/run-coordinator.ts";
import type { Secrets } from "../../spi/secrets.ts";
import type { CallContext } from "../call-context.ts";
import type { ExecutorPorts } from "../execute/executor.ts";

export interface SignedAnswerPorts {
  readonly secrets: Secrets;
  readonly coordinator: Pick<RunCoordinator, "standing">;
  readonly registry: Pick<ExecutorPorts["registry"], "definition">;
}

/** Who a signature stands for: the one node, in its tenant. */
export type Signer = Pick<CallContext, "tenant" | "principal">;

/**
 * Whether a request about a work item is signed by the node the item was sent to. The signature is the whole credential:
 * it covers the item's token, so it is good for this one item, and for as long as somebody waits for its answer. The
 * clocks of both sides do not matter. Every refusal is the same AUTHENTICATION_ERROR, so that nobody learns which items
 * there are.
 */
export async function signerOf(
  token: string,
  request: SignedRequest,
  { secrets, coordinator, registry }: SignedAnswerPorts,
): Promise<Result<Signer, Fault>> {
  const id = workItemIdOf(token);
  if (!id?.signer || request.id !== token) return err(REFUSED);
  const { tenant, secretRef } = id.signer;
  const secret = await secrets.resolve({ name: secretRef, tenant, host: null });
  if (!secret.ok || !isSignedBy(secret.value, request)) return err(REFUSED);
  const principal = { kind: "node", name: secretRef } as const;
  const standing = await coordinator.standing(id.runId, id.segment, id.lease);
  // What is over is told so, and to nobody is anything told of another's item.
  if (standing.kind !== "held") return ok({ tenant, principal });
  const { work } = standing;
  const step = work.steps.find(({ id: one }) => one === id.step);
  if (work.tenant !== tenant || !step) return err(REFUSED);
  const { remote } = await registry.definition(tenant, step.node, step.version);
  return remote?.secret_ref === secretRef ? ok({ tenant, principal }) : err(REFUSED);
}

const REFUSED = fault("AUTHENTICATION_ERROR", "the signature does not stand for this work item", {
  hint: "sign the body as a webhook whose id is the work item's token, with the secret that its request was signed with",
});
