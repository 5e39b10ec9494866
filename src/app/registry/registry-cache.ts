import { fault, RuntimeHostError } from "../../core/errors.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import type { Clock } from "../../spi/clock.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";

/** A snapshot older than this is checked against the registry's version, in milliseconds. */
const REVALIDATE_MS = 1_000;
/** Code texts kept per isolate. */
const MAX_CODE = 200;

interface Entry {
  readonly snapshot: RegistrySnapshot;
  checkedAt: number;
}

/**
 * The registry as the hot path sees it: one snapshot a tenant and isolate, checked at most once a second and behind the
 * request, so no request waits for the database. A write through this isolate, and a caller that names a newer version,
 * are served fresh.
 */
export class RegistryCache {
  readonly #registry: NodeRegistry;
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #code = new Map<string, string>();

  constructor(registry: NodeRegistry, clock: Clock) {
    this.#registry = registry;
    this.#clock = clock;
  }

  /**
   * The snapshot to plan with. `atLeast` is a version the caller has seen. `background` keeps work alive after the
   * answer (waitUntil).
   */
  async snapshot(
    tenant: string,
    atLeast: string | null,
    background: (work: Promise<unknown>) => void,
  ): Promise<RegistrySnapshot> {
    const entry = this.#entries.get(tenant);
    if (!entry || (atLeast !== null && !covers(entry.snapshot.version, atLeast))) return this.#load(tenant);
    const now = this.#clock.now();
    if (now - entry.checkedAt >= REVALIDATE_MS) {
      entry.checkedAt = now;
      background(this.#revalidate(tenant, entry.snapshot.version));
    }
    return entry.snapshot;
  }

  /** A newer snapshot than the given one, or null when there is none: asked before something is refused as unknown. */
  async newer(tenant: string, than: RegistrySnapshot): Promise<RegistrySnapshot | null> {
    const current = this.#entries.get(tenant)?.snapshot;
    if (current && current !== than) return current;
    return (await this.#registry.version(tenant)) === than.version ? null : this.#load(tenant);
  }

  /** The definition of a planned node; looks once past the cache, for nodes that were just registered elsewhere. */
  async definition(tenant: string, name: string, version: string): Promise<NodeDefinition> {
    const ref = nodeRef({ name, version });
    const known = this.#entries.get(tenant)?.snapshot.byRef.get(ref) ?? (await this.#load(tenant)).byRef.get(ref);
    if (known) return known;
    throw new RuntimeHostError(fault("NODE_NOT_FOUND", `node ${ref} is not registered`));
  }

  /** The code a node was registered with. */
  async code(tenant: string, node: NodeDefinition): Promise<string> {
    const known = this.#code.get(node.digest);
    if (known !== undefined) return known;
    const code = (await this.#registry.artifacts(tenant, node.name, node.version))?.code;
    if (code === undefined) throw new RuntimeHostError(fault("NODE_NOT_FOUND", `node ${nodeRef(node)} has no code`));
    if (this.#code.size >= MAX_CODE) this.#code.clear();
    this.#code.set(node.digest, code);
    return code;
  }

  /** The registry behind this cache, for writing: what is written through it is seen here at once. */
  writer(): NodeRegistry {
    const registry = this.#registry;
    const seen = async <T>(tenant: string, write: Promise<T>): Promise<T> => {
      try {
        return await write;
      } finally {
        this.#entries.delete(tenant);
      }
    };
    return {
      register: (tenant, ...rest) => seen(tenant, registry.register(tenant, ...rest)),
      setLifecycle: (tenant, ...rest) => seen(tenant, registry.setLifecycle(tenant, ...rest)),
      versions: (...args) => registry.versions(...args),
      artifacts: (...args) => registry.artifacts(...args),
      version: (tenant) => registry.version(tenant),
      snapshot: (tenant) => registry.snapshot(tenant),
    };
  }

  async #revalidate(tenant: string, version: string): Promise<void> {
    if ((await this.#registry.version(tenant)) !== version) await this.#load(tenant);
  }

  async #load(tenant: string): Promise<RegistrySnapshot> {
    const checkedAt = this.#clock.now();
    const snapshot = await this.#registry.snapshot(tenant);
    this.#entries.set(tenant, { snapshot, checkedAt });
    return snapshot;
  }
}

/** Versions are dot-separated counters that only grow. */
function covers(have: string, want: string): boolean {
  const left = have.split(".").map(Number);
  return want.split(".").every((part, index) => (left[index] ?? 0) >= Number(part));
}
