import { DurableObject } from "cloudflare:workers";
import { LimitDesk } from "../../src/infra/durable/limit-desk.ts";
import type { LimiterRpc } from "../../src/infra/durable/limiter.ts";
import { consoleLog } from "../../src/infra/system/console-log.ts";
import { systemClock } from "../../src/infra/system/clock.ts";
import type { OnexBindings } from "../bindings.ts";

/** The object behind one limit: storage and RPC; every decision is in `core/limit`. */
export class Limiter extends DurableObject<OnexBindings> implements LimiterRpc {
  readonly #desk: LimitDesk;

  constructor(ctx: DurableObjectState, env: OnexBindings) {
    super(ctx, env);
    this.#desk = new LimitDesk(ctx.storage, systemClock, consoleLog);
  }

  async acquire(...args: Parameters<LimiterRpc["acquire"]>): ReturnType<LimiterRpc["acquire"]> {
    return this.#desk.acquire(...args);
  }

  async release(...args: Parameters<LimiterRpc["release"]>): ReturnType<LimiterRpc["release"]> {
    return this.#desk.release(...args);
  }
}
