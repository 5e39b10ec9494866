import fc from "fast-check";
import { expect, it } from "vitest";
import {
  DEAD_LETTER_CLASSES,
  DEAD_LETTER_STATUSES,
  type DeadLetter,
} from "../../../src/core/dead-letters/dead-letter.ts";
import {
  ANY_DEAD_LETTER,
  matchesDeadLetter,
  placeOfDeadLetter,
  type DeadLetterQuery,
} from "../../../src/core/dead-letters/query.ts";
import { newestFirst, type Position } from "../../../src/core/search/position.ts";
import type { DeadLetterStore } from "../../../src/spi/dead-letter-store.ts";

export const sampleDeadLetter = (changes: Partial<DeadLetter> = {}): DeadLetter => ({
  id: "message-1",
  tenant: "default",
  queue: "onex-execute",
  errorType: "consumer_error",
  messageType: "work",
  failureReason: "the node's code could not be read",
  cause: { code: "SERVICE_UNAVAILABLE", message: "the blob store did not answer" },
  correlationId: "11111111-1111-4111-8111-111111111111",
  runId: "r00_1",
  work: { segment: "s1", epoch: 2, steps: [{ id: "a", attempt: 3 }] },
  retryCount: 4,
  failedAt: 5_000,
  payloadKey: "dead-letters/1970-01-01/default/message-1.json",
  status: "open",
  redrives: 0,
  redrivenAt: null,
  resolution: null,
  ...changes,
});

const ids = (letters: readonly DeadLetter[]): readonly string[] => letters.map(({ id }) => id);

/** What every DeadLetterStore must do. `open` gives a tenant nobody has written to. */
export function deadLetterStoreContract(
  label: string,
  open: () => Promise<{ store: DeadLetterStore; tenant: string }>,
  numRuns: number,
): void {
  it(`${label}: returns what was recorded`, async () => {
    const { store, tenant } = await open();
    const full = sampleDeadLetter({ tenant, resolution: { at: 9, reason: "gone" }, redrivenAt: 7, redrives: 1 });
    const bare = sampleDeadLetter({
      tenant,
      id: "b",
      correlationId: null,
      runId: null,
      work: null,
      cause: null,
      messageType: null,
    });
    for (const letter of [full, bare]) await store.record(letter);
    expect(await store.get(tenant, full.id)).toEqual(full);
    expect(await store.get(tenant, "b")).toEqual(bare);
    expect(await store.get(tenant, "absent")).toBeNull();
    expect(await store.get(`${tenant}-other`, "b")).toBeNull();
  });

  it(`${label}: overwrites the entry of the same message, but not with news of an earlier life`, async () => {
    const { store, tenant } = await open();
    await store.record(sampleDeadLetter({ tenant }));
    const again = sampleDeadLetter({ tenant, failureReason: "again", retryCount: 5, failedAt: 6_000 });
    await store.record(again);
    expect(await store.get(tenant, again.id)).toEqual(again);
    await store.redriven(tenant, again.id, 1, 7_000);
    await store.record({ ...again, failedAt: 8_000 });
    expect(await store.get(tenant, again.id)).toMatchObject({ status: "redriven", redrives: 1, failedAt: 6_000 });
    const second = { ...again, redrives: 1, failureReason: "second death" };
    await store.record(second);
    expect(await store.get(tenant, again.id)).toEqual(second);
  });

  it(`${label}: moves from open to redriven to resolved, and only forwards`, async () => {
    const { store, tenant } = await open();
    const { id } = sampleDeadLetter();
    await store.record(sampleDeadLetter({ tenant }));
    await store.resolve(tenant, id, 1, "of another life", 10);
    expect(await store.get(tenant, id)).toMatchObject({ status: "open", resolution: null });
    await store.redriven(tenant, id, 1, 20);
    await store.redriven(tenant, id, 1, 30);
    expect(await store.get(tenant, id)).toMatchObject({ status: "redriven", redrives: 1, redrivenAt: 20 });
    await store.resolve(tenant, id, 0, "too late", 35);
    expect(await store.get(tenant, id)).toMatchObject({ status: "redriven" });
    await store.resolve(tenant, id, 1, "done", 40);
    await store.resolve(tenant, id, 1, "done again", 50);
    expect(await store.get(tenant, id)).toMatchObject({ status: "resolved", resolution: { at: 40, reason: "done" } });
    await store.redriven(tenant, id, 2, 60);
    expect(await store.get(tenant, id)).toMatchObject({ status: "redriven", redrives: 2, resolution: null });
    await store.redriven(tenant, "absent", 1, 20);
    await store.resolve(tenant, "absent", 0, "x", 20);
    expect(await store.get(tenant, "absent")).toBeNull();
  });

  it(`${label}: a death that is known before its redrive is noted stays open`, async () => {
    const { store, tenant } = await open();
    const { id } = sampleDeadLetter();
    await store.record(sampleDeadLetter({ tenant }));
    await store.record(sampleDeadLetter({ tenant, redrives: 1, failureReason: "again" }));
    await store.redriven(tenant, id, 1, 20);
    expect(await store.get(tenant, id)).toMatchObject({ status: "open", redrives: 1, failureReason: "again" });
  });

  it(`${label}: finds what the query says, newest first, whatever the size of the pages`, async () => {
    const some = <T>(...values: readonly T[]) => fc.constantFrom(...values);
    const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 1 });
    const drafts = fc.record({
      status: some(...DEAD_LETTER_STATUSES),
      queue: some("execute", "events"),
      errorType: some(...DEAD_LETTER_CLASSES),
      failureReason: some("it is ÄRGER", "the queue gave up", "100% wrong_"),
      messageType: some(null, "work", "archive"),
      cause: some(null, { code: "TIMEOUT_ERROR", message: "Too late" } as const),
      runId: some(null, "r1", "r2"),
      correlationId: some(null, "c1"),
      failedAt: some(10, 20, 30),
    });
    const queries: fc.Arbitrary<DeadLetterQuery> = fc.record({
      status: maybe(some(...DEAD_LETTER_STATUSES)),
      queue: maybe(some("execute", "absent")),
      errorType: maybe(some(...DEAD_LETTER_CLASSES)),
      messageType: maybe(some("work", "started")),
      runId: maybe(some("r1", "r9")),
      correlationId: maybe(some("c1", "c9")),
      from: maybe(some(10, 20, 31)),
      to: maybe(some(10, 21)),
      text: maybe(some("ärger", "ÄRGER", "timeout", "LATE", "%", "_", "up\n")),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(drafts, { maxLength: 12 }),
        fc.array(queries, { maxLength: 5 }),
        fc.integer({ min: 1, max: 5 }),
        async (all, asked, limit) => {
          const { store, tenant } = await open();
          const letters = all.map((changes, n) => sampleDeadLetter({ ...changes, tenant, id: `m${n}` }));
          for (const letter of letters) await store.record(letter);
          for (const query of [ANY_DEAD_LETTER, ...asked]) {
            const found: DeadLetter[] = [];
            let after: Position | null = null;
            do {
              const page: Awaited<ReturnType<DeadLetterStore["search"]>> = await store.search(tenant, query, {
                limit,
                after,
              });
              expect(page.items.length).toBeLessThanOrEqual(limit);
              found.push(...page.items);
              after = page.next;
            } while (after !== null);
            const expected = letters
              .filter((letter) => matchesDeadLetter(letter, query))
              .sort((a, b) => newestFirst(placeOfDeadLetter(a), placeOfDeadLetter(b)));
            expect(ids(found)).toEqual(ids(expected));
          }
        },
      ),
      { numRuns },
    );
  });

  it(`${label}: finds old, redriven and a run's entries, and removes them`, async () => {
    const { store, tenant } = await open();
    const letter = (id: string, failedAt: number, runId: string | null) =>
      sampleDeadLetter({ tenant, id, failedAt, runId });
    for (const one of [letter("a", 3, "r1"), letter("b", 1, "r2"), letter("c", 2, "r1"), letter("d", 9, null)])
      await store.record(one);
    expect(ids(await store.diedBefore(tenant, 3, 10))).toEqual(["b", "c"]);
    expect(ids(await store.diedBefore(tenant, 100, 2))).toEqual(["b", "c"]);
    expect(ids(await store.ofRun(tenant, "r1")).toSorted()).toEqual(["a", "c"]);
    await store.redriven(tenant, "a", 1, 70);
    await store.redriven(tenant, "d", 1, 60);
    const own = async (before: number) => ids(await store.redrivenBefore(tenant, before, 10));
    expect(await own(70)).toEqual(["d"]);
    expect(await own(71)).toEqual(["d", "a"]);
    expect(ids(await store.redrivenBefore(tenant, 71, 1))).toEqual(["d"]);
    expect(await store.redrivenBefore(`${tenant}-other`, 71, 10)).toEqual([]);
    expect(await store.tenants()).toContain(tenant);
    await store.remove(tenant, ["a", "b", "absent", ...Array.from({ length: 150 }, (_, n) => `x${n}`), "c"]);
    await store.remove(tenant, []);
    expect(ids((await store.search(tenant, ANY_DEAD_LETTER, { limit: 10, after: null })).items)).toEqual(["d"]);
  });
}
