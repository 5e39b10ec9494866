import { env } from "cloudflare:workers";
import { drizzle } from "drizzle-orm/d1";
import { describe, expect, it } from "vitest";
import { d1RunIndex } from "../../../src/infra/d1/runs/run-index.ts";
import { archivedSummary } from "../../support/contracts/run-index.ts";

const db = drizzle(env.DB);

describe("the run index in D1", () => {
  it.each([
    ["without an operation", { operation: undefined as never }],
    ["without a correlation id", { correlationId: undefined as never }],
  ])("says of a row %s that it can never be stored, and stores none of the call", async (_, flaw) => {
    const index = d1RunIndex(db);
    const tenant = `refused-${_}`;
    const [good, bad] = [
      archivedSummary({ tenant, runId: "r00_a" }),
      archivedSummary({ tenant, runId: "r00_b", ...flaw }),
    ];
    await expect(index.put([good, bad])).rejects.toMatchObject({ fault: { code: "RUN_UNSTORABLE" } });
    expect(await index.get(tenant, good.runId)).toBeNull();
    await index.put([good]);
    expect(await index.get(tenant, good.runId)).toMatchObject({ runId: good.runId });
  });
});
