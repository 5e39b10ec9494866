import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { describe, expect, it } from "vitest";
import { RegistryCache } from "../../../src/app/registry/registry-cache.ts";
import { fault, RuntimeHostError } from "../../../src/core/errors.ts";
import type { RegistrySnapshot } from "../../../src/core/registry/snapshot.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import { memoryNodeRegistry } from "../../../src/infra/memory/node-registry.ts";
import type { NodeRegistry } from "../../../src/spi/node-registry.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import { sampleArtifacts, sampleNode } from "../../support/sample-node.ts";

const TENANT = "default";

/** A registry whose snapshots arrive when the test says so, each as it was when its reading began. */
function slowRegistry() {
  const registry = memoryNodeRegistry();
  const readings: { arrive: () => void; fail: () => void }[] = [];
  const slow: NodeRegistry = {
    ...registry,
    snapshot: async (tenant) => {
      const snapshot = await registry.snapshot(tenant);
      return new Promise<RegistrySnapshot>((resolve, reject) => {
        readings.push({
          arrive: () => resolve(snapshot),
          fail: () => reject(new RuntimeHostError(fault("CONNECTION_ERROR", "the registry is away"))),
        });
      });
    },
  };
  return { registry, slow, readings };
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

async function world() {
  const { registry, slow, readings } = slowRegistry();
  const clock = fixedClock(0);
  const timer = new ManualTimer();
  const cache = new RegistryCache(slow, clock, timer, silentLog);
  const background: Promise<unknown>[] = [];
  const ask = (atLeast: string | null = null) =>
    cache.snapshot(TENANT, atLeast, (work) => void background.push(work.catch(() => undefined)));
  const add = (name: string) => registry.register(TENANT, sampleNode({ name }), sampleArtifacts(name), clock.now());
  const reading = async (place: number) => {
    await settled();
    const found = readings[place];
    if (!found) throw new Error(`there are ${readings.length} readings`);
    return found;
  };
  return { registry, slow, readings, clock, timer, cache, background, ask, add, reading };
}

describe("the registry as an isolate sees it", () => {
  it("is read once however many ask at once", async () => {
    const { ask, readings, reading } = await world();
    const asked = [ask(), ask(), ask()];
    (await reading(0)).arrive();
    const [first, ...others] = await Promise.all(asked);
    expect(readings).toHaveLength(1);
    for (const other of others) expect(other).toBe(first);
  });

  it("is read by whoever waits, when the reading under way never ends: it was another request's, and that one is gone", async () => {
    const { ask, timer, reading, readings } = await world();
    void ask();
    await reading(0);
    const asked = [ask(), ask()];
    await settled();
    await timer.advance(999);
    expect(readings).toHaveLength(1);
    await timer.advance(1);
    (await reading(1)).arrive();
    const [first, second] = await Promise.all(asked);
    expect(readings).toHaveLength(2);
    expect(second).toBe(first);
    expect(await ask()).toBe(first);
    expect(timer.waiting).toBe(0);
  });

  it("is read again by the next one after a reading that failed", async () => {
    const { ask, reading } = await world();
    const failing = [ask(), ask()].map((asked) => asked.catch((thrown: unknown) => thrown));
    (await reading(0)).fail();
    for (const thrown of await Promise.all(failing)) expect(thrown).toBeInstanceOf(RuntimeHostError);
    const again = ask();
    (await reading(1)).arrive();
    expect((await again).nodes).toEqual([]);
  });

  it("never goes back to an older snapshot that arrives late", async () => {
    const { ask, add, cache, reading, clock, background } = await world();
    const begun = ask();
    (await reading(0)).arrive();
    const empty = await begun;
    // A check in the background begins to read the second version, and is overtaken by a reading of the third.
    await add("first");
    clock.advance(6_000);
    await ask();
    const late = await reading(1);
    await cache.writer().register(TENANT, sampleNode({ name: "second" }), sampleArtifacts("second"), clock.now());
    const fresh = ask();
    (await reading(2)).arrive();
    const newest = await fresh;
    expect(newest.nodes.map(({ name }) => name).toSorted()).toEqual(["first", "second"]);
    late.arrive();
    await Promise.all(background);
    expect(await ask()).toBe(newest);
    expect(empty.nodes).toEqual([]);
  });

  it("shows a write through it at once, also where a reading had begun before it", async () => {
    const { ask, cache, clock, reading, readings } = await world();
    const early = ask();
    const before = await reading(0);
    await cache.writer().register(TENANT, sampleNode({ name: "mine" }), sampleArtifacts("mine"), clock.now());
    const mine = ask();
    before.arrive();
    expect((await early).nodes).toEqual([]);
    (await reading(1)).arrive();
    expect((await mine).nodes.map(({ name }) => name)).toEqual(["mine"]);
    expect((await ask()).nodes).toHaveLength(1);
    expect(readings).toHaveLength(2);
  });

  it("shows a write whose answer was lost", async () => {
    const { registry, slow, readings, clock, timer } = await world();
    const broken: NodeRegistry = {
      ...slow,
      register: async (...args) => {
        await registry.register(...args);
        throw new RuntimeHostError(fault("CONNECTION_ERROR", "the answer was lost"));
      },
    };
    const cache = new RegistryCache(broken, clock, timer, silentLog);
    const first = cache.snapshot(TENANT, null, () => undefined);
    await settled();
    readings[0]?.arrive();
    await first;
    const write = cache.writer().register(TENANT, sampleNode({ name: "mine" }), sampleArtifacts("mine"), 0);
    await expect(write).rejects.toBeInstanceOf(RuntimeHostError);
    const again = cache.snapshot(TENANT, null, () => undefined);
    await settled();
    readings[1]?.arrive();
    expect((await again).nodes).toHaveLength(1);
  });

  it("reads once more for a version that the reading under way began too early for", async () => {
    const { ask, add, reading } = await world();
    const early = ask();
    const before = await reading(0);
    const registered = await add("elsewhere");
    if (!registered.ok) throw new Error(registered.error.message);
    before.arrive();
    await early;
    const behind = ask(registered.value.registryVersion);
    (await reading(1)).arrive();
    expect((await behind).nodes).toHaveLength(1);
  });

  it("joins a reading for a version, and reads again when it lacks it", async () => {
    const { ask, add, reading } = await world();
    const first = ask();
    (await reading(0)).arrive();
    await first;
    const one = await add("one");
    if (!one.ok) throw new Error(one.error.message);
    const early = ask(one.value.registryVersion);
    const begun = await reading(1);
    const two = await add("two");
    if (!two.ok) throw new Error(two.error.message);
    const late = ask(two.value.registryVersion);
    begun.arrive();
    expect((await early).nodes).toHaveLength(1);
    (await reading(2)).arrive();
    expect((await late).nodes).toHaveLength(2);
  });

  it("is checked again only after some seconds, which are others in every isolate", async () => {
    const { registry, clock, timer } = await world();
    for (const [share, dueAt] of [
      [0, 4_000],
      [0.5, 5_000],
      [1, 6_000],
    ] as const) {
      const asked: number[] = [];
      const counting: NodeRegistry = {
        ...registry,
        version: (tenant) => {
          asked.push(clock.now() - begun);
          return registry.version(tenant);
        },
      };
      const cache = new RegistryCache(counting, clock, timer, silentLog, () => share);
      const background: Promise<unknown>[] = [];
      const ask = () => cache.snapshot(TENANT, null, (work) => void background.push(work));
      const begun = clock.now();
      for (let ms = 0; ms <= 6_500; ms += 500) {
        await Promise.all([ask(), ask()]);
        clock.advance(500);
      }
      await Promise.all(background);
      expect(asked).toEqual([dueAt]);
    }
  });

  it("serves what it has while the registry hangs, and asks again when the next check is due", async () => {
    const { registry, clock, timer } = await world();
    let asked = 0;
    const hanging: NodeRegistry = {
      ...registry,
      version: () => {
        asked++;
        return new Promise(() => undefined);
      },
    };
    const cache = new RegistryCache(hanging, clock, timer, silentLog);
    const background: Promise<unknown>[] = [];
    const ask = () => cache.snapshot(TENANT, null, (work) => void background.push(work));
    const first = await ask();
    for (let turn = 1; turn <= 3; turn++) {
      clock.advance(6_000);
      expect(await ask()).toBe(first);
      expect(await ask()).toBe(first);
      expect(asked).toBe(turn);
      await timer.advance(500);
      await Promise.all(background);
    }
    expect(timer.waiting).toBe(0);
  });

  it("lets go of other tenants' snapshots where all of them do not fit, and reads them again", async () => {
    const { registry, clock, timer } = await world();
    const reads: string[] = [];
    const large: NodeRegistry = {
      ...registry,
      snapshot: async (tenant) => {
        reads.push(tenant);
        return { ...(await registry.snapshot(tenant)), chars: 7_000_000 };
      },
    };
    const cache = new RegistryCache(large, clock, timer, silentLog);
    const ask = (tenant: string) => cache.snapshot(tenant, null, () => undefined);
    for (const tenant of ["a", "b", "a", "c", "a", "b"]) await ask(tenant);
    expect(reads).toEqual(["a", "b", "c", "b"]);
  });
});
