import { expect, it } from "vitest";
import type { QuarantineEntry } from "../../../src/core/run/quarantine/entry.ts";
import type { QuarantineIndex } from "../../../src/spi/books/quarantine-index.ts";

export interface QuarantineIndexWorld {
  readonly quarantine: QuarantineIndex;
  readonly tenant: string;
}

/** What every QuarantineIndex must do. `open` answers one whose tenant has nothing. */
export function quarantineIndexContract(label: string, open: () => Promise<QuarantineIndexWorld>): void {
  const entry = (
    tenant: string,
    name: string,
    since: number,
    more: Partial<QuarantineEntry> = {},
  ): QuarantineEntry => ({
    ...{ tenant, runId: `r00_${tenant}_${name}`, code: "RECORD_NEWER", message: `${name} is newer`, since },
    ...more,
  });
  const idsOf = (entries: readonly QuarantineEntry[]) => entries.map(({ runId }) => runId);

  it(`${label}: has exactly what it was told last of each run`, async () => {
    const { quarantine, tenant } = await open();
    const [a, b] = [entry(tenant, "a", 1), entry(tenant, "b", 2, { hint: "repair it" })];
    await quarantine.settle(idsOf([a, b]), [a, b]);
    await quarantine.settle(idsOf([a, b]), [a, b]);
    expect([await quarantine.find(a.runId), await quarantine.find(b.runId)]).toEqual([a, b]);
    await quarantine.settle([a.runId], [{ ...a, tenant: `${tenant}-other`, code: "RUN_UNSTORABLE" }]);
    expect(await quarantine.find(a.runId)).toMatchObject({ tenant: `${tenant}-other`, code: "RUN_UNSTORABLE" });
    await quarantine.settle([a.runId, b.runId], []);
    expect([await quarantine.find(a.runId), await quarantine.find(b.runId)]).toEqual([null, null]);
  });

  it(`${label}: lists those of a tenant, the last first, page after page, and counts them`, async () => {
    const { quarantine, tenant } = await open();
    const own = [
      entry(tenant, "a", 5),
      entry(tenant, "b", 5, { code: "RECORD_UNREADABLE" }),
      entry(tenant, "c", 9),
      entry(tenant, "d", 1),
    ];
    await quarantine.settle([], [...own, entry(`${tenant}-other`, "x", 7)]);
    const seen: string[] = [];
    let after = null;
    do {
      const page = await quarantine.list(tenant, { limit: 3, after });
      seen.push(...idsOf(page.items));
      after = page.next;
    } while (after !== null);
    expect(seen).toEqual(idsOf([own[2], own[1], own[0], own[3]] as QuarantineEntry[]));
    expect(await quarantine.count(tenant)).toEqual({ RECORD_NEWER: 3, RECORD_UNREADABLE: 1 });
    expect(await quarantine.count(`${tenant}-nobody`)).toEqual({});
  });

  it(`${label}: finds the oldest of all tenants`, async () => {
    const { quarantine, tenant } = await open();
    const long = [entry(tenant, "a", -30), entry(`${tenant}-other`, "b", -20), entry(tenant, "c", -10)];
    await quarantine.settle([], long);
    const found = idsOf(await quarantine.before(-10, 100)).filter((id) => id.includes(tenant));
    expect(found).toEqual(idsOf(long.slice(0, 2)));
    expect(await quarantine.before(-10, 1)).toHaveLength(1);
    await quarantine.settle(idsOf(long), []);
  });
}
