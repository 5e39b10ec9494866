import { expect, it } from "vitest";
import type { TrustRecord } from "../../../src/core/trust/history.ts";
import { scoreOf, type TrustScore } from "../../../src/core/trust/score.ts";
import { addObservation, emptyTotals, mergeTotals, type TrustTotals } from "../../../src/core/trust/totals.ts";
import type { TrustReport, TrustStore } from "../../../src/spi/trust-store.ts";

export interface OpenTrust {
  readonly trust: TrustStore & { records(tenant: string, name: string, now: number): Promise<readonly TrustRecord[]> };
  /** The score the planner would find; undefined when none was ever written. */
  readonly written: (tenant: string, node: string) => Promise<TrustScore | undefined>;
  /** A tenant nobody has reported to. */
  readonly tenant: string;
}

const NOW = 1_800_000_000_000;
const NODE = "text_count@1.0.0";

/** Totals of `count` observations, the first ones being part of the longer ones: what a source reports over time. */
export const totalsAfter = (count: number, x = 1): TrustTotals => {
  let totals = emptyTotals();
  for (let n = 0; n < count; n++) totals = addObservation(totals, { x, w: 1, at: NOW - 1_000 * n });
  return totals;
};

const report = (totals: TrustTotals, changes: Partial<TrustReport> = {}): TrustReport => ({
  node: NODE,
  source: "ring-00",
  totals,
  declared: null,
  ...changes,
});

/** What every TrustStore must do. */
export function trustStoreContract(label: string, open: () => Promise<OpenTrust>): void {
  it(`${label}: knows a node nobody reported of by its prior`, async () => {
    const { trust, tenant } = await open();
    expect(await trust.read(tenant, NODE, 0.8, NOW)).toEqual({ score: 0.8, confidence: 0, samples: 0 });
    expect(await trust.read(tenant, NODE, null, NOW)).toEqual({ score: 0.5, confidence: 0, samples: 0 });
    expect(await trust.records(tenant, "text_count", NOW)).toEqual([]);
  });

  it(`${label}: adds up the newest totals of every source`, async () => {
    const { trust, tenant, written } = await open();
    await trust.report(tenant, [report(totalsAfter(3)), report(totalsAfter(2, 0), { source: "ring-01" })], NOW);
    const expected = scoreOf(mergeTotals(totalsAfter(3), totalsAfter(2, 0)), { declared: null, now: NOW });
    expect(await trust.read(tenant, NODE, null, NOW)).toEqual(expected);
    expect(await written(tenant, NODE)).toEqual(expected);
  });

  it(`${label}: is changed by no repeated, lost or late report`, async () => {
    const { trust, tenant, written } = await open();
    await trust.report(tenant, [report(totalsAfter(2))], NOW);
    await trust.report(tenant, [report(totalsAfter(7))], NOW);
    await trust.report(tenant, [report(totalsAfter(7))], NOW);
    await trust.report(tenant, [report(totalsAfter(4))], NOW);
    await trust.report(tenant, [], NOW);
    const expected = scoreOf(totalsAfter(7), { declared: null, now: NOW });
    expect(await trust.read(tenant, NODE, null, NOW)).toEqual(expected);
    expect(await written(tenant, NODE)).toEqual(expected);
  });

  it(`${label}: takes several reports of one source in one call, in any order`, async () => {
    const { trust, tenant } = await open();
    await trust.report(tenant, [report(totalsAfter(5)), report(totalsAfter(2)), report(totalsAfter(3))], NOW);
    expect((await trust.read(tenant, NODE, null, NOW)).samples).toBe(5);
  });

  it(`${label}: ends the same whatever the order of reports that race`, async () => {
    const { trust, tenant, written } = await open();
    const reports = [3, 9, 1, 6].flatMap((count) =>
      ["ring-00", "ring-01", "ring-02"].map((source) => report(totalsAfter(count), { source })),
    );
    await Promise.all(reports.map((each) => trust.report(tenant, [each], NOW)));
    const all = [0, 1, 2].map(() => totalsAfter(9)).reduce(mergeTotals);
    const expected = scoreOf(all, { declared: null, now: NOW });
    expect(await trust.read(tenant, NODE, null, NOW)).toEqual(expected);
    expect(await written(tenant, NODE)).toEqual(expected);
  });

  it(`${label}: keeps nodes, versions and tenants apart`, async () => {
    const { trust, tenant, written } = await open();
    const nodes = [NODE, "text_count@2.0.0", "text_counter@1.0.0"];
    await trust.report(
      tenant,
      nodes.map((node, n) => report(totalsAfter(n + 1), { node })),
      NOW,
    );
    for (const [n, node] of nodes.entries()) {
      expect((await trust.read(tenant, node, null, NOW)).samples, node).toBe(n + 1);
      expect((await written(tenant, node))?.samples, node).toBe(n + 1);
    }
    expect((await trust.read(`${tenant}-other`, NODE, null, NOW)).samples).toBe(0);
    expect(await written(`${tenant}-other`, NODE)).toBeUndefined();
    const records = await trust.records(tenant, "text_count", NOW);
    expect(records.map(({ version }) => version)).toEqual(["1.0.0", "2.0.0"]);
  });

  it(`${label}: scores with the declared trust as prior`, async () => {
    const { trust, tenant, written } = await open();
    await trust.report(tenant, [report(totalsAfter(1, 0), { declared: 1 })], NOW);
    const expected = scoreOf(totalsAfter(1, 0), { declared: 1, now: NOW });
    expect(await written(tenant, NODE)).toEqual(expected);
    expect(await trust.records(tenant, "text_count", NOW)).toEqual([
      { version: "1.0.0", score: expected, successes: 0, failures: 1, history: [{ ...expected, at: NOW }] },
    ]);
  });

  it(`${label}: remembers the last fifty moves`, async () => {
    const { trust, tenant } = await open();
    for (let count = 1; count <= 60; count++) {
      await trust.report(tenant, [report(totalsAfter(count))], NOW + count);
    }
    const [record] = await trust.records(tenant, "text_count", NOW + 60);
    expect(record?.history).toHaveLength(50);
    expect(record?.history.at(-1)).toEqual({ ...(await trust.read(tenant, NODE, null, NOW + 60)), at: NOW + 60 });
    expect(record?.history[0]?.at).toBe(NOW + 11);
  });
}
