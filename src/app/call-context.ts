import { askerIn, type Carried } from "../core/call/asker.ts";
import { principalOf, type Principal } from "../core/call/principal.ts";
import type { TraceParent } from "../core/call/trace.ts";
import type { RunHeader } from "../core/run/model/state.ts";
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

/** What a record keeps of a call: a run, a work item, a message. */
export interface CallRecord extends Carried {
  readonly tenant: string;
  readonly correlationId: string;
}

/** The call that led to a record, for whatever is done because of it. */
export function callOfRecord({ tenant, correlationId, ...carried }: CallRecord): CallContext {
  const { principal, trace } = askerIn(carried);
  return { tenant, principal: principalOf(principal), correlationId, trace };
}

/** The call that led to a run, for whatever follows it. */
export function callOfRun(header: Pick<RunHeader, "tenant" | "correlationId" | "principal" | "trace">): CallContext {
  const { tenant, correlationId, principal, trace } = header;
  return { tenant, principal: principalOf(principal), correlationId, trace };
}

/** The call of an invocation that makes several, which share its CPU; undefined for one alone. */
export const sharing = (call: CallContext, cpu: CpuAllowance | undefined): CallContext =>
  cpu === undefined ? call : { ...call, cpu };
