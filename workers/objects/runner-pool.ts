import { DurableObject } from "cloudflare:workers";
import { Pool } from "../../src/app/pools/pool.ts";
import { durableRingStore } from "../../src/infra/durable/ring-store.ts";
import { systemClock } from "../../src/infra/system/clock.ts";
import type { PoolFace } from "../../src/spi/pools.ts";
import { poolPorts } from "../env.ts";
import type { OnexBindings } from "../bindings.ts";

/** The object behind a pool: storage, alarm and RPC; every decision is in `core/pool`, the loop in `app/pools`. */
export class RunnerPool extends DurableObject<OnexBindings> implements PoolFace {
  readonly #pool: Pool;

  constructor(ctx: DurableObjectState, env: OnexBindings) {
    super(ctx, env);
    const alarm = { arm: (at: number): void => void ctx.storage.setAlarm(at) };
    this.#pool = new Pool({ ...poolPorts(env), store: durableRingStore(ctx.storage, systemClock), alarm });
  }

  async offer(...args: Parameters<Pool["offer"]>): Promise<void> {
    this.#pool.offer(...args);
  }

  lease(...args: Parameters<Pool["lease"]>): ReturnType<Pool["lease"]> {
    return this.#pool.lease(...args);
  }

  heartbeat(...args: Parameters<Pool["heartbeat"]>): ReturnType<Pool["heartbeat"]> {
    return this.#pool.heartbeat(...args);
  }

  async settle(...args: Parameters<Pool["settle"]>): Promise<void> {
    this.#pool.settle(...args);
  }

  async view(): Promise<ReturnType<Pool["view"]>> {
    return this.#pool.view();
  }

  async logs(...args: Parameters<Pool["logs"]>): Promise<ReturnType<Pool["logs"]>> {
    return this.#pool.logs(...args);
  }

  override alarm(): Promise<void> {
    return this.#pool.tick();
  }
}
