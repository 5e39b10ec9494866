import { fault, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { plannedOperation } from "../../core/operation/operation-node.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import { MAX_REGISTRY_CHARS } from "../../core/registry/refusals.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { BoundedMemo } from "../plan/bounded-memo.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { NodeRegistry } from "../../spi/node-registry.ts";
import type { Timer } from "../../spi/timer.ts";

/**
 * A snapshot older than this is checked against the registry's version, in milliseconds; a fifth more or less, so that
 * isolates which began together do not ask together.
 */
const REVALIDATE_MS = 5_000;
/** A check that takes longer is given up, and the snapshot at hand serves on. */
const CHECK_MS = 500;
/** Another's reading is waited for this long, in milliseconds: it ends with the request that began it, and may never answer. */
const JOIN_MS = 1_000;
/** Code texts kept per isolate: as many as fit in so many characters. */
const MAX_CODE = { entries: 2_000, weight: 4_000_000 };
/** What the snapshots of all tenants may hold together, in characters of their definitions; the one in use stays. */
const MAX_CHARS = MAX_REGISTRY_CHARS;

/** What is known of one tenant's registry. */
interface Entry {
  /** The newest snapshot seen; null before the first. */
  snapshot: RegistrySnapshot | null;
  /** When it is checked next. */
  checkAt: number;
  /** Counts writes through this isolate: a snapshot whose reading began before the last one may lack it. */
  writes: number;
  /** The writes that `snapshot` is known to contain. */
  seenWrites: number;
  /** The reading under way: whoever asks meanwhile waits for it. */
  loading: { readonly writes: number; readonly snapshot: Promise<RegistrySnapshot> } | null;
}

/**
 * The registry as the hot path sees it: one snapshot a tenant and isolate, checked every five seconds and behind the
 * request, so no request waits for the database. A write through this isolate, and a caller that names a newer version,
 * are served fresh. However many ask at once, the registry is read once; an older snapshot that arrives late never takes
 * a newer one's place.
 */
export class RegistryCache {
  readonly #registry: NodeRegistry;
  readonly #clock: Clock;
  readonly #timer: Timer;
  readonly #log: Log;
  readonly #entries = new Map<string, Entry>();
  readonly #code = new BoundedMemo<string>(MAX_CODE);
  readonly #spread: () => number;

  /** @param spread from 0 up to 1; another in every isolate */
  constructor(registry: NodeRegistry, clock: Clock, timer: Timer, log: Log, spread: () => number = () => 0.5) {
    this.#spread = spread;
    this.#log = log;
    this.#registry = registry;
    this.#clock = clock;
    this.#timer = timer;
  }

  /**
   * The snapshot to plan with. `atLeast` is a version the caller has seen: rejects with REGISTRY_VERSION_AHEAD when the
   * registry itself has not come to it. `background` keeps work alive after the answer (waitUntil).
   */
  async snapshot(
    tenant: string,
    atLeast: string | null,
    background: (work: Promise<unknown>) => void,
  ): Promise<RegistrySnapshot> {
    const entry = this.#entry(tenant);
    const { snapshot } = entry;
    if (!snapshot || entry.seenWrites < entry.writes) {
      const loaded = await this.#load(tenant);
      return atLeast === null || covers(loaded.version, atLeast) ? loaded : this.#loadAtLeast(tenant, atLeast);
    }
    if (atLeast !== null && !covers(snapshot.version, atLeast)) return this.#loadAtLeast(tenant, atLeast);
    if (this.#clock.now() >= entry.checkAt) {
      // Set before anything is asked: the check may end with its request, and then says nothing of its end.
      entry.checkAt = this.#nextCheck();
      background(this.#revalidate(tenant, snapshot));
    }
    return snapshot;
  }

  /** A newer snapshot than the given one, or null when there is none: asked before something is refused as unknown. */
  async newer(tenant: string, than: RegistrySnapshot): Promise<RegistrySnapshot | null> {
    const current = this.#current(tenant);
    if (current && current !== than) return current;
    return (await this.#registry.version(tenant)) === than.version ? null : this.#load(tenant);
  }

  /** The definition of a planned node; looks once past the cache, for nodes that were just registered elsewhere. */
  async definition(tenant: string, name: string, version: string): Promise<NodeDefinition> {
    const operation = plannedOperation(name, version);
    if (operation) return operation;
    const ref = nodeRef({ name, version });
    const known = this.#current(tenant)?.byRef.get(ref) ?? (await this.#load(tenant)).byRef.get(ref);
    if (known) return known;
    throw new RuntimeHostError(fault("NODE_NOT_FOUND", `node ${ref} is not registered`));
  }

  /** The code a node was registered with. */
  async code(tenant: string, node: NodeDefinition): Promise<string> {
    const known = this.#code.get(node.digest);
    if (known !== undefined) return known;
    const code = (await this.#registry.artifacts(tenant, node.name, node.version))?.code;
    if (code === undefined) throw new RuntimeHostError(fault("NODE_NOT_FOUND", `node ${nodeRef(node)} has no code`));
    this.#code.set(node.digest, code, code.length);
    return code;
  }

  /** The registry behind this cache, for writing: what is written through it is seen here at once. */
  writer(): NodeRegistry {
    const registry = this.#registry;
    const seen = async <T>(tenant: string, write: Promise<T>): Promise<T> => {
      try {
        return await write;
      } finally {
        // Also after a failure: nobody knows whether it was written.
        this.#entry(tenant).writes++;
      }
    };
    return {
      register: (tenant, ...rest) => seen(tenant, registry.register(tenant, ...rest)),
      setLifecycle: (tenant, ...rest) => seen(tenant, registry.setLifecycle(tenant, ...rest)),
      versions: (...args) => registry.versions(...args),
      artifacts: (...args) => registry.artifacts(...args),
      version: (tenant) => registry.version(tenant),
      snapshot: (...args) => registry.snapshot(...args),
    };
  }

  /** A registry that does not answer in time is left alone until the next check is due. */
  async #revalidate(tenant: string, { version }: RegistrySnapshot): Promise<void> {
    const current = await this.#within(CHECK_MS, this.#registry.version(tenant));
    if (current !== null && current !== version) await this.#load(tenant);
  }

  #nextCheck(): number {
    return this.#clock.now() + REVALIDATE_MS * (0.8 + 0.4 * this.#spread());
  }

  /**
   * What a caller has seen is there, so a reading that began before it asked is not enough. The version is asked for
   * first: whoever names one that never was must not have the whole registry read again and again.
   */
  async #loadAtLeast(tenant: string, version: string): Promise<RegistrySnapshot> {
    const current = await this.#registry.version(tenant);
    if (!covers(current, version)) throw new RuntimeHostError(versionAhead(version, current));
    const joined = this.#entry(tenant).loading !== null;
    const snapshot = await this.#load(tenant);
    return joined && !covers(snapshot.version, version) ? this.#load(tenant) : snapshot;
  }

  /**
   * Reads the registry, or waits for whoever does already, unless something was written since that reading began. Who
   * waits in vain reads for himself.
   */
  async #load(tenant: string): Promise<RegistrySnapshot> {
    const entry = this.#entry(tenant);
    for (let known = entry.loading; known?.writes === entry.writes; known = entry.loading) {
      const snapshot = await this.#within(JOIN_MS, known.snapshot);
      if (snapshot !== null) return snapshot;
      if (entry.loading === known) entry.loading = null;
    }
    return this.#begin(tenant, entry);
  }

  async #within<T>(ms: number, answer: Promise<T>): Promise<T | null> {
    const late = Promise.withResolvers<null>();
    const cancel = this.#timer.after(ms, () => late.resolve(null));
    try {
      return await Promise.race([answer, late.promise]);
    } finally {
      cancel();
    }
  }

  #begin(tenant: string, entry: Entry): Promise<RegistrySnapshot> {
    const { writes } = entry;
    const begun = { writes, snapshot: this.#read(tenant, entry, writes) };
    entry.loading = begun;
    const over = (): void => {
      if (entry.loading === begun) entry.loading = null;
    };
    begun.snapshot.then(over, over);
    return begun.snapshot;
  }

  async #read(tenant: string, entry: Entry, writes: number): Promise<RegistrySnapshot> {
    const snapshot = await this.#registry.snapshot(tenant, entry.snapshot);
    for (const { node, code, message } of snapshot.unread) {
      const fields = { correlation_id: `registry-${tenant}`, tenant, node, code, reason: message };
      this.#log.error("a registered node cannot be read; it is left out of plans", fields);
    }
    const held = entry.snapshot;
    if (!held || !covers(held.version, snapshot.version)) entry.snapshot = snapshot;
    entry.checkAt = this.#nextCheck();
    entry.seenWrites = Math.max(entry.seenWrites, writes);
    this.#makeRoom(tenant);
    return entry.snapshot ?? snapshot;
  }

  /** Lets go of other tenants' snapshots, those unused for longest first, until the rest fits. */
  #makeRoom(of: string): void {
    let chars = 0;
    for (const { snapshot } of this.#entries.values()) chars += snapshot?.chars ?? 0;
    for (const [tenant, entry] of this.#entries) {
      if (chars <= MAX_CHARS) return;
      if (tenant === of || entry.snapshot === null) continue;
      chars -= entry.snapshot.chars;
      entry.snapshot = null;
    }
  }

  /** The newest snapshot of a tenant, as long as it contains all that was written here. */
  #current(tenant: string): RegistrySnapshot | null {
    const entry = this.#entry(tenant);
    return entry.seenWrites < entry.writes ? null : entry.snapshot;
  }

  #entry(tenant: string): Entry {
    const known = this.#entries.get(tenant);
    // In order of last use.
    if (known) this.#entries.delete(tenant);
    const entry = known ?? { snapshot: null, checkAt: 0, writes: 0, seenWrites: 0, loading: null };
    this.#entries.set(tenant, entry);
    return entry;
  }
}

const versionAhead = (asked: string, version: string): Fault =>
  fault("REGISTRY_VERSION_AHEAD", `the registry is at version ${version}, and has not been at ${asked}`, {
    place: "header x-onex-registry-version",
    hint: "send a version that an answer of this deployment carried, or leave the header out",
  });

/** Versions are dot-separated counters that only grow. */
function covers(have: string, want: string): boolean {
  const left = have.split(".").map(Number);
  return want.split(".").every((part, index) => (left[index] ?? 0) >= Number(part));
}
