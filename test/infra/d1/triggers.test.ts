import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe } from "vitest";
import { d1SequelLedger } from "../../../src/infra/d1/runs/sequel-ledger.ts";
import { d1TriggerStore } from "../../../src/infra/d1/trigger-store.ts";
import { sequelLedgerContract } from "../../support/contracts/sequel-ledger.ts";
import { triggerStoreContract } from "../../support/contracts/trigger-store.ts";

const emptied = async (table: "run_sequels" | "triggers") => {
  await env.DB.prepare(`delete from ${table}`).run();
  return drizzle(env.DB);
};

describe("the D1 stores of chains and triggers", () => {
  sequelLedgerContract("sequel ledger", async () => d1SequelLedger(await emptied("run_sequels")));
  triggerStoreContract("trigger store", async () => d1TriggerStore(await emptied("triggers")));
});
