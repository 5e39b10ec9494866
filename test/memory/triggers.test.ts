import { describe } from "vitest";
import { memorySequelLedger } from "../../src/infra/memory/runs/sequel-ledger.ts";
import { memoryTriggerStore } from "../../src/infra/memory/trigger-store.ts";
import { sequelLedgerContract } from "../support/contracts/sequel-ledger.ts";
import { triggerStoreContract } from "../support/contracts/trigger-store.ts";

describe("the memory stores of chains and triggers", () => {
  sequelLedgerContract("sequel ledger", async () => memorySequelLedger());
  triggerStoreContract("trigger store", async () => memoryTriggerStore());
});
