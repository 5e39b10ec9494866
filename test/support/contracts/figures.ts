import { expect, it } from "vitest";
import type { DeadLetterStore } from "../../../src/spi/dead-letter-store.ts";
import type { Figures } from "../../../src/spi/books/figures.ts";
import type { QuarantineIndex } from "../../../src/spi/books/quarantine-index.ts";
import type { RunIndex } from "../../../src/spi/run-index.ts";
import { sampleDeadLetter } from "./dead-letter-store.ts";
import { archivedSummary, sampleSummary } from "./run-index.ts";

export interface FiguresWorld {
  readonly figures: Figures;
  readonly index: RunIndex;
  readonly deadLetters: DeadLetterStore;
  readonly quarantine: QuarantineIndex;
  readonly tenant: string;
}

/** What every Figures must do. `open` answers one whose tenant has nothing. */
export function figuresContract(label: string, open: () => Promise<FiguresWorld>): void {
  it(`${label}: counts runs by how they stand, the recent ones with their steps`, async () => {
    const { figures, index, tenant } = await open();
    await index.put([
      sampleSummary({ tenant, runId: "r00_1", status: "running", createdAt: 10 }),
      sampleSummary({ tenant, runId: "r00_2", status: "waiting", createdAt: 2_000, steps: 3, cachedSteps: 1 }),
      archivedSummary({
        tenant,
        runId: "r00_3",
        status: "failed",
        faultCode: "X",
        createdAt: 2_000,
        steps: 1,
        cachedSteps: 0,
      }),
      archivedSummary({ tenant, runId: "r00_4", status: "succeeded", createdAt: 2_001, steps: 2, cachedSteps: 2 }),
      archivedSummary({ tenant, runId: "r00_5", status: "succeeded", createdAt: 1_999, steps: 50, cachedSteps: 50 }),
    ]);
    expect(await figures.runs(tenant, 2_000, 100)).toEqual({
      unfinished: { running: 1, waiting: 1 },
      created: 3,
      failed: 1,
      cancelled: 0,
      steps: 6,
      cachedSteps: 3,
      complete: true,
    });
    expect(await figures.runs(tenant, 2_000, 1)).toMatchObject({
      unfinished: { running: 1 },
      created: 1,
      steps: 2,
      complete: false,
    });
    expect(await figures.runs(`${tenant}-other`, 0, 100)).toEqual({
      unfinished: {},
      created: 0,
      failed: 0,
      cancelled: 0,
      steps: 0,
      cachedSteps: 0,
      complete: true,
    });
  });

  it(`${label}: leaves runs in quarantine out of those that have not ended`, async () => {
    const { figures, index, quarantine, tenant } = await open();
    const aside = `r00_aside-${tenant}`;
    await index.put([
      sampleSummary({ tenant, runId: `r00_goes-on-${tenant}`, status: "running", createdAt: 10 }),
      sampleSummary({ tenant, runId: aside, status: "running", createdAt: 11 }),
    ]);
    await quarantine.settle([aside], [{ tenant, runId: aside, code: "RECORD_NEWER", message: "later", since: 1 }]);
    expect((await figures.runs(tenant, 0, 100)).unfinished).toEqual({ running: 1 });
    await quarantine.settle([aside], []);
    expect((await figures.runs(tenant, 0, 100)).unfinished).toEqual({ running: 2 });
  });

  it(`${label}: counts open dead letters by class`, async () => {
    const { figures, deadLetters, tenant } = await open();
    expect(await figures.openDeadLetters(tenant)).toEqual({});
    for (const id of ["a", "b"])
      await deadLetters.record(sampleDeadLetter({ tenant, id, errorType: "consumer_error" }));
    await deadLetters.record(sampleDeadLetter({ tenant, id: "c", errorType: "publisher_malformed" }));
    await deadLetters.record(sampleDeadLetter({ tenant, id: "d", errorType: "no_dispatcher", status: "resolved" }));
    expect(await figures.openDeadLetters(tenant)).toEqual({ consumer_error: 2, publisher_malformed: 1 });
  });
}
