import type { Principal } from "../core/call/principal.ts";
import type { TraceParent } from "../core/call/trace.ts";
import type { CpuAllowance } from "./execute/cpu-allowance.ts";

/**
 * Who asks, for whom, and how what follows is found again: the first argument of every method of a service. Tenant and
 * principal come from authentication, never from a body.
 */
export interface CallContext {
  readonly tenant: string;
  readonly principal: Principal;
  readonly correlationId: string;
  /** Null when the caller is not traced. */
  readonly trace: TraceParent | null;
  /** The CPU that calls of one invocation share, where it makes several; a call without has all of it. */
  readonly cpu?: CpuAllowance;
}
