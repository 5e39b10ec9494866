import type { Fault } from "../core/errors.ts";
import type { Result } from "../core/result.ts";

/** Who wants a secret, and for whom it is meant. */
export interface SecretRequest {
  readonly name: string;
  readonly tenant: string;
  /** The host it will be shown to, without its port; null where it is shown to nobody, but something is compared with it. */
  readonly host: string | null;
}

/** The secrets of a deployment or a runner, by name. */
export interface Secrets {
  /**
   * The secret itself. Refusals are SECRET_RESOLUTION_ERROR for a name that is not bound here, or that is bound for other
   * hosts. Whoever gets it keeps it out of logs, errors and records.
   */
  resolve(request: SecretRequest): Promise<Result<string, Fault>>;
}
