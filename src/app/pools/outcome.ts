import type { WorkItemAnswer } from "../../../contracts/api/pools.ts";
import { fault, type Fault } from "../../core/errors.ts";
import type { NodeKind } from "../../core/registry/node.ts";
import { clipFault } from "../../core/text/clip-fault.ts";
import type { NodeOutput } from "../../spi/handler.ts";

type Outcome = WorkItemAnswer["outcome"];

/** A flat output state, put where the output rule expects it from a node of this kind. */
export function outputOf(kind: NodeKind, state: Extract<Outcome, { ok: true }>["output"]): NodeOutput {
  if (kind === "reducer") return { projections: state };
  if (kind === "orchestrator") return { intents: Object.keys(state).length === 0 ? [] : [state] };
  return { result: state };
}

/** What a node that is elsewhere says went wrong with it. */
export function faultFrom(error: Extract<Outcome, { ok: false }>["error"]): Fault {
  const { code, message, hint, retryable, retry_after_s: retryAfterSeconds, blameless, details } = error;
  return clipFault(
    fault(code, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(retryable === undefined ? {} : { retryable }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(blameless === undefined ? {} : { blameless }),
      ...(details === undefined ? {} : { details }),
    }),
  );
}
