import type { HandlerViewWire } from "../../../contracts/api/handlers.ts";
import type { EnvelopeHandler, HandlerHealth } from "../../spi/envelope-handler.ts";
import type { Handler } from "../../spi/handler.ts";
import type { Timer } from "../../spi/timer.ts";
import type { CallContext } from "../call-context.ts";
import type { HandlerRouter } from "../execute/handler-router.ts";
import type { RuntimeHost } from "../host/runtime-host.ts";

/** What executes here. */
export interface HandlerService {
  /** Every handler by its type, asked how it is. One that does not answer within two seconds is not healthy. */
  list(call: CallContext): Promise<readonly HandlerViewWire[]>;
}

export interface HandlerServicePorts {
  readonly router: Pick<HandlerRouter, "handlers">;
  readonly host: RuntimeHost;
  readonly timer: Timer;
}

/** How long a handler may take to say how it is, in milliseconds. */
const PATIENCE_MS = 2_000;

export function handlerService({ router, host, timer }: HandlerServicePorts): HandlerService {
  return {
    async list() {
      const bound = new Map<string, EnvelopeHandler>(
        host.router.bindings.map(({ handler }) => [handler.type, handler]),
      );
      // What serves envelopes speaks for itself; the steps it is planned as are the same handler.
      const all = router.handlers.map((handler) => bound.get(handler.type) ?? handler);
      const views = await Promise.all(all.map((handler) => viewOf(handler, timer)));
      return views.toSorted((a, b) => (a.handler_type < b.handler_type ? -1 : 1));
    },
  };
}

async function viewOf(handler: Handler | EnvelopeHandler, timer: Timer): Promise<HandlerViewWire> {
  const { handlerType, supportedOperations, requiredPayloadFields, responseShape, version } = handler.describe();
  const { healthy, devTestOnly = false, detail = null } = await healthOf(handler, timer);
  return {
    handler_type: handlerType,
    supported_operations: [...supportedOperations],
    required_payload_fields: [...requiredPayloadFields],
    response_shape: { ...responseShape },
    version,
    healthy,
    dev_test_only: devTestOnly,
    detail,
  };
}

async function healthOf(handler: Pick<EnvelopeHandler, "healthCheck">, timer: Timer): Promise<HandlerHealth> {
  const late = Promise.withResolvers<HandlerHealth>();
  const cancel = timer.after(PATIENCE_MS, () => late.resolve({ healthy: false, detail: "does not answer" }));
  try {
    return await Promise.race([handler.healthCheck(), late.promise]);
  } catch {
    // What it throws may hold anything.
    return { healthy: false, detail: "its check failed" };
  } finally {
    cancel();
  }
}
