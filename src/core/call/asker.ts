import { DEFAULT_PRINCIPAL, principalId, type Principal, type PrincipalId } from "./principal.ts";
import type { TraceParent } from "./trace.ts";

/** What a run, a work item and a message keep of the call that led to them. */
export interface Asker {
  /** Who asked. */
  readonly principal: PrincipalId;
  /** The trace it belongs to; null when the caller was not traced. */
  readonly trace: TraceParent | null;
}

/** An asker as it is stored and sent: what is usual is left out, so that it takes no room. */
export type Carried = Partial<Pick<Asker, "principal">> & { readonly trace?: TraceParent };

/** Whom a record means that names nobody: all that was asked before principals were kept came with the one token. */
const USUAL: PrincipalId = principalId(DEFAULT_PRINCIPAL);

/** What is kept of a call. */
export const askerOf = ({ principal, trace }: { readonly principal: Principal; readonly trace: TraceParent | null }) =>
  ({ principal: principalId(principal), trace }) satisfies Asker;

export const carried = ({ principal, trace }: Asker): Carried => ({
  ...(principal === USUAL ? {} : { principal }),
  ...(trace === null ? {} : { trace }),
});

/** `askerIn(carried(asker))` is the asker. */
export const askerIn = ({ principal, trace }: Carried): Asker => ({
  principal: principal ?? USUAL,
  trace: trace ?? null,
});
