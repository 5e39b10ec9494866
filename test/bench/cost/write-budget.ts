/** Counts the budgeted cases and writes them down: node test/bench/cost/write-budget.ts. Its diff is a change of prices. */
import { writeFileSync } from "node:fs";
import { BUDGETED, countCase } from "./cases.ts";
import { openMetered } from "./metered-stand.ts";
import type { Split } from "./split.ts";

const stand = await openMetered("1");
try {
  const budget: Record<string, Split> = {};
  for (const one of BUDGETED) budget[one.name] = await countCase(one, stand);
  writeFileSync(new URL("budget.json", import.meta.url), `${JSON.stringify(budget, null, 2)}\n`);
} finally {
  await stand.stop();
}
