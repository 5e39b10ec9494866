import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe } from "vitest";
import { d1SequelBook } from "../../../src/infra/d1/runs/sequel-book.ts";
import { d1TriggerStore } from "../../../src/infra/d1/trigger-store.ts";
import { sequelBookContract } from "../../support/contracts/sequel-book.ts";
import { triggerStoreContract } from "../../support/contracts/trigger-store.ts";

const emptied = async (table: "run_sequels" | "triggers") => {
  await env.DB.prepare(`delete from ${table}`).run();
  return drizzle(env.DB);
};

describe("the D1 stores of chains and triggers", () => {
  sequelBookContract("sequel book", async () => d1SequelBook(await emptied("run_sequels")));
  triggerStoreContract("trigger store", async () => d1TriggerStore(await emptied("triggers")));
});
