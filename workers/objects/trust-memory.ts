import { DurableObject } from "cloudflare:workers";
import type { TrustRecord } from "../../src/core/trust/history.ts";
import type { TrustScore } from "../../src/core/trust/score.ts";
import { LOOK_AGAIN_MS, Opened } from "../../src/infra/durable/opened.ts";
import { systemClock } from "../../src/infra/system/clock.ts";
import { TrustMemory as Memory, type VersionReport } from "../../src/infra/durable/trust-memory.ts";
import type { TrustMemoryRpc } from "../../src/infra/durable/trust-store.ts";
import type { TrustOwner } from "../../src/infra/durable/trust-tables.ts";
import { trustMemoryPorts } from "../env.ts";
import type { OnexBindings } from "../bindings.ts";

/** The object behind a tenant's node name: storage, alarm and RPC; everything else is in `infra/durable/trust-memory`. */
export class TrustMemory extends DurableObject<OnexBindings> implements TrustMemoryRpc {
  readonly #opened: Opened<Memory>;

  constructor(ctx: DurableObjectState, env: OnexBindings) {
    super(ctx, env);
    const ports = trustMemoryPorts(env);
    this.#opened = new Opened(
      `trust-${ctx.id.name ?? ctx.id.toString()}`,
      () => new Memory(ctx.storage, ports),
      ports.log,
    );
  }

  get #memory(): Memory {
    return this.#opened.value;
  }

  report(owner: TrustOwner, reports: readonly VersionReport[], now: number): Promise<void> {
    return this.#memory.report(owner, reports, now);
  }

  async read(version: string, declared: number | null, now: number): Promise<TrustScore> {
    return this.#memory.read(version, declared, now);
  }

  async records(now: number): Promise<readonly TrustRecord[]> {
    return this.#memory.records(now);
  }

  override alarm(): Promise<void> {
    const memory = this.#opened.readable;
    return memory ? memory.alarm() : this.ctx.storage.setAlarm(systemClock.now() + LOOK_AGAIN_MS);
  }
}
