import { describe } from "vitest";
import { memorySequelBook } from "../../src/infra/memory/runs/sequel-book.ts";
import { memoryTriggerStore } from "../../src/infra/memory/trigger-store.ts";
import { sequelBookContract } from "../support/contracts/sequel-book.ts";
import { triggerStoreContract } from "../support/contracts/trigger-store.ts";

describe("the memory stores of chains and triggers", () => {
  sequelBookContract("sequel book", async () => memorySequelBook());
  triggerStoreContract("trigger store", async () => memoryTriggerStore());
});
