import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { describe, expect, it } from "vitest";
import { RegistryCache } from "../../../src/app/registry/registry-cache.ts";
import { memoryNodeRegistry } from "../../../src/infra/memory/node-registry.ts";
import type { NodeRegistry } from "../../../src/spi/node-registry.ts";
import { ManualTimer } from "../../support/manual-timer.ts";
import { sampleNode } from "../../support/sample-node.ts";

const inBackground = (work: Promise<unknown>): void => void work;

/** A registry with one node, that counts how often it is read whole. */
async function counted() {
  const registry = memoryNodeRegistry();
  await registry.register("default", sampleNode({ name: "noop" }), { metadata: "", contract: "" }, 0);
  const reads = { snapshots: 0 };
  const counting: NodeRegistry = {
    ...registry,
    snapshot: (tenant) => {
      reads.snapshots++;
      return registry.snapshot(tenant);
    },
  };
  return { registry, reads, cache: new RegistryCache(counting, { now: () => 0 }, new ManualTimer(), silentLog) };
}

describe("a registry version that a caller must see", () => {
  it("is refused when the registry has not come to it, however often it is asked for", async () => {
    const { cache, reads, registry } = await counted();
    await cache.snapshot("default", null, inBackground);
    const version = await registry.version("default");
    const [nodes = "0", trust = "0"] = version.split(".");
    for (const ahead of [`${Number(nodes) + 1}.${trust}`, `${nodes}.${Number(trust) + 1}`, "999999999999999.0"]) {
      await expect(cache.snapshot("default", ahead, inBackground)).rejects.toMatchObject({
        fault: { code: "REGISTRY_VERSION_AHEAD", place: "header x-onex-registry-version" },
      });
    }
    expect(reads.snapshots).toBe(1);
  });

  it("is served when the registry is there, from the cache or read anew", async () => {
    const { cache, reads, registry } = await counted();
    const first = await registry.version("default");
    expect((await cache.snapshot("default", first, inBackground)).version).toBe(first);
    expect((await cache.snapshot("default", "0.0", inBackground)).version).toBe(first);
    expect(reads.snapshots).toBe(1);
    await registry.register("default", sampleNode({ name: "other" }), { metadata: "", contract: "" }, 0);
    const second = await registry.version("default");
    expect((await cache.snapshot("default", second, inBackground)).version).toBe(second);
    expect(reads.snapshots).toBe(2);
  });
});
