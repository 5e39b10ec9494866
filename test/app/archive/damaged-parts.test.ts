import { expect, it } from "vitest";
import { ArchiveIndex } from "../../../src/app/archive/archive-index.ts";
import { layOut } from "../../../src/core/archive/layout.ts";
import type { MarkedPart } from "../../../src/core/archive/part.ts";
import { runId } from "../../../src/core/run/model/run-id.ts";
import type { RunSummary } from "../../../src/core/run/model/summary.ts";
import { ANY_RUN } from "../../../src/core/search/run-query.ts";
import { timedUuid } from "../../../src/core/search/told-time.ts";
import { memoryBlobStore } from "../../../src/infra/memory/blob-store.ts";
import { seededIds } from "../../../src/infra/memory/ids.ts";
import { memoryRunBooks } from "../../../src/infra/memory/runs/run-books.ts";
import type { LogFields } from "../../../src/spi/log.ts";
import { archivedSummary } from "../../support/contracts/run-index.ts";

const AT = 1_800_000_000_000;
const RANDOM = "11111111-1111-4111-8111-111111111111";
const ids = seededIds(5);

const packedRun = (after: number): RunSummary =>
  archivedSummary({
    ...{ tenant: "default", runId: runId(0, ids.ulid(AT + after)), correlationId: timedUuid(AT + after, RANDOM) },
    ...{ createdAt: AT + after, finishedAt: AT + after + 40 },
  });

it.each(["zz", "0", "ff"])(
  "a part whose list of records is damaged ('%s') is told, and holds up no other part",
  async (strip) => {
    const books = memoryRunBooks();
    const blobs = memoryBlobStore();
    const logged: (LogFields & { readonly message: string })[] = [];
    const log = {
      info: () => undefined,
      warn: () => undefined,
      error: (message: string, fields: LogFields) => void logged.push({ message, ...fields }),
    };
    const hit = (part: MarkedPart): MarkedPart => (part.key.includes("bad") ? { ...part, strip } : part);
    const parts: typeof books.parts = {
      ...books.parts,
      find: async (...asked) => {
        const found = await books.parts.find(...asked);
        return { ...found, parts: found.parts.map(hit) };
      },
      covering: async (spans) => (await books.parts.covering(spans)).map(hit),
      walk: async (...asked) => (await books.parts.walk(...asked)).map(hit),
    };
    const index = new ArchiveIndex({ ...books, parts, blobs, log });
    const archive = async (name: string, runs: readonly RunSummary[]) => {
      const lines = runs.map((summary) => ({
        bytes: new TextEncoder().encode(`${JSON.stringify({ id: summary.runId })}\n`),
        summary: { ...summary, archive: null },
      }));
      const object = layOut(`runs/2027-01-15/${name}.ndjson`, lines);
      await blobs.put(`runs/2027-01-15/${name}.ndjson`, object.body);
      await index.put(object.rows, object.parts);
    };
    const [lost, kept, later] = [packedRun(1), packedRun(2), packedRun(2)];
    await archive("bad", [lost]);
    await archive("good", [kept]);
    await archive("after", [later]);
    const { items } = await index.search("default", ANY_RUN, { limit: 10, after: null });
    expect(items.map((run) => run.runId).toSorted()).toEqual([kept.runId, later.runId].toSorted());
    expect(await index.places("default", kept.runId)).toHaveLength(1);
    expect(await index.places("default", lost.runId)).toEqual([]);
    expect(logged[0]).toMatchObject({ code: "RECORD_UNREADABLE", object: "runs/2027-01-15/bad.ndjson" });
  },
);
