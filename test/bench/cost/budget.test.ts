import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { BUDGETED, countCase, type CostCase } from "./cases.ts";
import { openMetered } from "./metered-stand.ts";
import { BILLED, type Billed } from "./prices.ts";
import type { Amounts, Split } from "./split.ts";

const budget = JSON.parse(readFileSync(new URL("budget.json", import.meta.url), "utf8")) as Record<string, Split>;

/** Reads cost a thousandth of writes, and some follow the clock (a look at the registry a second): only a scan is news. */
const slackOf = (kind: Billed): number => (kind.endsWith("Read") ? 20 : 0);

/** Kinds that went over, with what was allowed and what was counted. */
const over = (allowed: Amounts, counted: Amounts) =>
  BILLED.filter((kind) => counted[kind] > allowed[kind] + slackOf(kind)).map((kind) => ({
    kind,
    allowed: allowed[kind],
    counted: counted[kind],
  }));

async function countAlone(one: CostCase): Promise<Split> {
  const stand = await openMetered("1");
  try {
    return await countCase(one, stand);
  } finally {
    await stand.stop();
  }
}

describe("billable operations stay within their budget (budget.json; write-budget.ts writes it)", () => {
  const counted = new Map<string, Split>();
  beforeAll(async () => {
    await Promise.all(BUDGETED.map(async (one) => counted.set(one.name, await countAlone(one))));
  });

  it.each(BUDGETED)("$name", ({ name }) => {
    const allowed = budget[name];
    const found = counted.get(name);
    if (!allowed || !found) throw new Error("not in budget.json: run node test/bench/cost/write-budget.ts");
    expect({
      perRun: over(allowed.perRun, found.perRun),
      perBatch: over(allowed.perBatch, found.perBatch),
    }).toEqual({ perRun: [], perBatch: [] });
  });
});
