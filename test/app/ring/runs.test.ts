import { memoryRingStore } from "../../../src/infra/memory/runs/ring-store.ts";
import { ringRunsContract } from "../../support/contracts/ring-runs.ts";

ringRunsContract("memory", async (check) => {
  const store = memoryRingStore();
  check(() => store);
});
