import { expect, it } from "vitest";
import type { Sequel } from "../../../src/core/chain/sequel.ts";
import type { SequelBook } from "../../../src/spi/books/sequel-book.ts";

const PARENT = "r00_00000000000000000000000000";
const sequel = (changes: Partial<Sequel> = {}): Sequel => ({
  tenant: "default",
  runId: PARENT,
  list: "on_success",
  index: 0,
  childId: "r01_00000000000000000000000000",
  refused: null,
  at: 1_000,
  ...changes,
});
const REFUSED = { childId: null, refused: { code: "PLAN_UNREACHABLE", message: "no" } } as const;

/** What every SequelBook must do. `open` returns an empty one. */
export function sequelBookContract(label: string, open: () => Promise<SequelBook>): void {
  it(`${label}: lists what followed a run, list by list`, async () => {
    const books = await open();
    const all = [
      sequel({ list: "result", childId: null }),
      sequel({ list: "on_complete", ...REFUSED }),
      sequel({ index: 1 }),
      sequel(),
      sequel({ runId: "r00_11111111111111111111111111" }),
      sequel({ tenant: "other" }),
    ];
    for (const one of all) await books.record(one);
    expect(await books.of("default", PARENT)).toEqual([all[3], all[2], all[1], all[0]]);
    expect(await books.of("nobody", PARENT)).toEqual([]);
  });

  it(`${label}: a refusal gives way to a start, and to nothing else`, async () => {
    const books = await open();
    await books.record(sequel(REFUSED));
    await books.record(sequel({ at: 2_000 }));
    await books.record(sequel({ ...REFUSED, at: 3_000 }));
    await books.record(sequel({ childId: "r02_00000000000000000000000000", at: 4_000 }));
    expect(await books.of("default", PARENT)).toEqual([sequel({ at: 2_000 })]);
  });

  it(`${label}: tells what followed a run from what followed an earlier one of its id`, async () => {
    const books = await open();
    const later = sequel({ childId: "r02_00000000000000000000000000", at: 5_000 });
    await books.record(sequel());
    expect(await books.of("default", PARENT, 4_000)).toEqual([]);
    await books.record(later, 4_000);
    await books.record(sequel({ at: 6_000 }), 4_000);
    expect(await books.of("default", PARENT, 4_000)).toEqual([later]);
  });

  it(`${label}: forgets what is old, a part at a time`, async () => {
    const books = await open();
    for (let index = 0; index < 4; index++) await books.record(sequel({ index, at: index }));
    expect(await books.forgetBefore(3, 2)).toBe(2);
    expect(await books.forgetBefore(3, 2)).toBe(1);
    expect(await books.forgetBefore(3, 2)).toBe(0);
    expect(await books.of("default", PARENT)).toEqual([sequel({ index: 3, at: 3 })]);
  });
}
