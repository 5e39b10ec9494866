import { DurableObject } from "cloudflare:workers";
import type { TrustRecord } from "../../src/core/trust/history.ts";
import type { TrustScore } from "../../src/core/trust/score.ts";
import { TrustMemory as Memory, type VersionReport } from "../../src/infra/durable/trust-memory.ts";
import type { TrustMemoryRpc } from "../../src/infra/durable/trust-store.ts";
import type { TrustOwner } from "../../src/infra/durable/trust-tables.ts";
import { trustMemoryPorts } from "../env.ts";

/** The object behind a tenant's node name: storage, alarm and RPC; everything else is in `infra/durable/trust-memory`. */
export class TrustMemory extends DurableObject<Env> implements TrustMemoryRpc {
  readonly #memory: Memory;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#memory = new Memory(ctx.storage, trustMemoryPorts(env));
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
    return this.#memory.alarm();
  }
}
