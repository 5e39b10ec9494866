import type { WorkItemAnswer } from "../../../contracts/api/pools.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { clipFault } from "../../core/text/clip-fault.ts";

type Outcome = WorkItemAnswer["outcome"];

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
