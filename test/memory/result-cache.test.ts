import { describe } from "vitest";
import { memoryDeadLetterStore } from "../../src/infra/memory/dead-letter-store.ts";
import { memoryRunBooks } from "../../src/infra/memory/runs/run-books.ts";
import { figuresContract } from "../support/contracts/figures.ts";
import { resultCacheContract } from "../support/contracts/result-cache.ts";

const tenant = "default";

describe("the memory adapters of cache and figures keep their ports' contracts", () => {
  resultCacheContract("memory", async () => ({ ...memoryRunBooks(), tenant }));
  figuresContract("memory", async () => {
    const deadLetters = memoryDeadLetterStore();
    return { ...memoryRunBooks(deadLetters), deadLetters, tenant };
  });
});
