import type { NodeRef } from "../../core/registry/node.ts";
import type { TrustRecord } from "../../core/trust/history.ts";
import type { TrustScore } from "../../core/trust/score.ts";
import type { TrustStore } from "../../spi/trust-store.ts";
import { answered as calling, type Objects } from "./objects.ts";
import type { VersionReport } from "./trust-memory.ts";
import type { TrustOwner } from "./trust-tables.ts";

/** What a trust memory object answers to over RPC. */
export interface TrustMemoryRpc {
  report(owner: TrustOwner, reports: readonly VersionReport[], now: number): Promise<void>;
  read(version: string, declared: number | null, now: number): Promise<TrustScore>;
  records(now: number): Promise<readonly TrustRecord[]>;
}

const answered = <T>(call: () => Promise<T>): Promise<T> => calling("the node's trust memory", call);

/** The object that remembers a node. Names have no slash, so no tenant can be taken for another. */
export const trustMemoryName = ({ tenant, name }: TrustOwner): string => `${tenant}/${name}`;

/** Trust memories as Durable Objects, one a tenant and node name. */
export function durableTrustStore(memories: Objects): TrustStore {
  const at = (owner: TrustOwner): TrustMemoryRpc => memories.getByName(trustMemoryName(owner)) as TrustMemoryRpc;
  return {
    async report(tenant, reports, now) {
      const byName = Map.groupBy(reports, ({ node }) => partsOf(node).name);
      const calls = [...byName].map(([name, own]) => {
        const owner = { tenant, name };
        const versions = own.map(({ node, source, totals, declared }) => ({
          ...partsOf(node),
          source,
          totals,
          declared,
        }));
        return answered(() => at(owner).report(owner, versions, now));
      });
      // Every memory gets its report, even when another does not answer; the caller repeats them all.
      const failed = (await Promise.allSettled(calls)).find((call) => call.status === "rejected");
      if (failed) throw failed.reason;
    },
    read: (tenant, node, declared, now) => {
      const { name, version } = partsOf(node);
      return answered(() => at({ tenant, name }).read(version, declared, now));
    },
    records: (tenant, name, now) => answered(() => at({ tenant, name }).records(now)),
  };
}

function partsOf(node: NodeRef): { readonly name: string; readonly version: string } {
  const split = node.lastIndexOf("@");
  return { name: node.slice(0, split), version: node.slice(split + 1) };
}
