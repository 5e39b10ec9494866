import { describe, expect, it } from "vitest";
import type { CacheKey } from "../../../src/core/cache/signature.ts";
import { CacheReader } from "../../../src/app/cache/cache-reader.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryResultCache } from "../../../src/infra/memory/result-cache.ts";
import type { ResultCache } from "../../../src/spi/result-cache.ts";
import { sampleEntry } from "../../support/contracts/result-cache.ts";

const NOW = 10_000;

function world(changes: Partial<ResultCache> = {}) {
  const clock = fixedClock(NOW);
  const results = memoryResultCache();
  let asked = 0;
  const warnings: string[] = [];
  const counted: ResultCache = {
    ...results,
    get: (...args) => {
      asked++;
      return (changes.get ?? results.get)(...args);
    },
  };
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const reader = new CacheReader(counted, clock, log);
  const find = (key: CacheKey) => reader.find("default", key, "c");
  return { clock, results, reader, find, asked: () => asked, warnings };
}

describe("the executors' view of the cache", () => {
  const entry = sampleEntry({ madeAt: NOW, expiresAt: NOW + 500 });

  it("asks once for what is asked often, within a second", async () => {
    const { clock, results, find, asked } = world();
    const lasting = { ...entry, expiresAt: NOW + 60_000 };
    await results.put([lasting], []);
    for (let n = 0; n < 5; n++) expect(await find(entry)).toEqual(lasting);
    clock.advance(999);
    await find(entry);
    expect(asked()).toBe(1);
    await results.clear("default", {}, 9);
    clock.advance(1);
    expect(await find(entry)).toBeNull();
    expect(asked()).toBe(2);
  });

  it("believes a miss for a second, or until it is told of news", async () => {
    const { results, reader, find, asked } = world();
    expect(await find(entry)).toBeNull();
    await results.put([entry], []);
    expect(await find(entry)).toBeNull();
    expect(asked()).toBe(1);
    reader.forget();
    expect(await find(entry)).toEqual(entry);
  });

  it("serves nothing beyond its time, remembered or not", async () => {
    const { clock, results, find, asked } = world();
    await results.put([entry], []);
    await find(entry);
    clock.advance(500);
    expect(await find(entry)).toBeNull();
    expect(asked()).toBe(1);
  });

  it("remembers no large entries, and no more than it has room for", async () => {
    const { results, find, asked } = world();
    await results.put([{ ...entry, bytes: 65_537 }], []);
    await find(entry);
    await find(entry);
    expect(asked()).toBe(2);
    for (let n = 0; n < 201; n++) await find({ ...entry, signature: `s${n}` });
    await find({ ...entry, signature: "s200" });
    expect(asked()).toBe(203);
    await find({ ...entry, signature: "s0" });
    expect(asked()).toBe(204);
  });

  it("is empty when the cache does not answer, says so, and asks again", async () => {
    const { find, asked, warnings } = world({ get: () => Promise.reject(new Error("down")) });
    expect(await find(entry)).toBeNull();
    expect(await find(entry)).toBeNull();
    expect(asked()).toBe(2);
    expect(warnings).toHaveLength(2);
  });
});
