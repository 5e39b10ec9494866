import type { Context } from "hono";
import type { CallContext } from "../../../src/app/call-context.ts";
import type { Services } from "../../../src/app/services.ts";

/** Who a token stands for, and for which tenant. */
export type Caller = Pick<CallContext, "tenant" | "principal">;

/** What the middleware leaves for the routes. */
export interface AppEnv {
  Variables: {
    /** Known from the first middleware on; the envelope's own once that is read. */
    correlationId: string;
    /** True when the x-correlation-id header brought it. */
    correlationGiven: boolean;
    /** Absent on routes without authentication. */
    caller?: Caller;
    /** The bytes of a POST's body, within the limit. */
    bytes?: Uint8Array;
    /** A POST's body, parsed. */
    body: unknown;
    /** The code of the problem that was answered, for the log. */
    problemCode?: string;
  };
}

export type AppContext = Context<AppEnv>;

/** Finds the services of a request. Called once a request, by the route that needs them. */
export type ServicesOf = (c: AppContext) => Services;
