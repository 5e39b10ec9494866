import { faultOf } from "../../core/errors.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { RingTrust } from "../../spi/run-coordinator.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

export interface TrustReportPorts {
  readonly trust: TrustStore;
  readonly registry: RegistryCache;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Tells the memories of nodes what their rings have counted: all of a tenant together, each node alone where that fails.
 * Answers whose memory did not take it; totals replace what was told before, so telling them again does no harm.
 */
export async function reportTrust(trust: readonly RingTrust[], ports: TrustReportPorts): Promise<readonly RingTrust[]> {
  const untold: RingTrust[] = [];
  for (const [tenant, own] of Map.groupBy(trust, (one) => one.tenant)) {
    if (await isTold(tenant, own, ports, false)) continue;
    for (const totals of Map.groupBy(own, ({ node }) => node).values())
      if (!(await isTold(tenant, totals, ports, true))) untold.push(...totals);
  }
  return untold;
}

async function isTold(
  tenant: string,
  totals: readonly RingTrust[],
  { trust, registry, clock, log }: TrustReportPorts,
  isLast: boolean,
): Promise<boolean> {
  try {
    const { byRef } = await registry.snapshot(tenant, null, (work) => void work.catch(() => undefined));
    const reports = totals.map(({ node, source, totals: counted }) => ({
      ...{ node, source, totals: counted },
      declared: byRef.get(node)?.declaredTrust ?? null,
    }));
    await trust.report(tenant, reports, clock.now());
    return true;
  } catch (thrown) {
    if (isLast)
      log.warn("a node's memory did not take its trust; its ring tells it again", {
        correlation_id: totals[0]?.source ?? tenant,
        node: totals[0]?.node ?? null,
        code: faultOf(thrown).code,
      });
    return false;
  }
}
