import type { JsonObject } from "../../../contracts/json/json.ts";
import { boundaryCall } from "../../core/cache/boundary-call.ts";
import type { CacheEntry } from "../../core/cache/entry.ts";
import { configHash, signatureOf, type CacheKey, type Signature } from "../../core/cache/signature.ts";
import { nodeRef, type NodeDefinition } from "../../core/registry/node.ts";
import type { Instant, StepOutcome } from "../../core/run/model/state.ts";
import type { StoredValue } from "../../core/run/model/value.ts";
import type { Probe, SourceId, StepResult, WorkItem, WorkItemStep } from "../../core/run/dispatch/work-item.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Log } from "../../spi/log.ts";
import type { CacheReader } from "../cache/cache-reader.ts";
import { loadEntry } from "../cache/cache-values.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

/** What looking up results needs. */
export interface LookupPorts {
  readonly cache: CacheReader;
  readonly registry: RegistryCache;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly log: Log;
  /** Makes values the run's own. */
  readonly keep: (state: JsonObject) => Promise<Readonly<Record<string, StoredValue>>>;
}

/** A step on the point of being executed: its input is there and satisfies the contract. */
export interface StepCall {
  readonly item: WorkItem;
  readonly step: WorkItemStep;
  readonly node: NodeDefinition;
  readonly inputHash: string;
  readonly inputBytes: number;
  readonly startedAt: Instant;
}

type Found = Extract<StepOutcome, { ok: true }>;

/** What the cache says of a step: under which signature its result may be stored, and the result if it is there. */
export interface StepAnswer {
  readonly signature?: Signature;
  readonly found?: Found;
}

const NOTHING: StepAnswer = {};

/** Looks a step up. Steps without a time to live cost nothing. Never rejects: whatever goes wrong is a miss. */
export async function lookUpStep(call: StepCall, ports: LookupPorts): Promise<StepAnswer> {
  const { item, step, node, inputHash, inputBytes, startedAt } = call;
  if (step.cacheTtlMs === null) return NOTHING;
  const { name, version } = node;
  const signature = signatureOf({ node: name, version, inputHash, configHash: configHash(node.config) });
  if (item.anew) return { signature };
  const found = await find(item, { node: name, version, signature }, ports);
  if (!found) return { signature };
  const outcome = { ...foundOutcome(found, spent(startedAt, ports)), inputHash, inputBytes, startedAt };
  return { signature, found: outcome };
}

/** Looks composites up before their first step; each at most once a work item, and none of which a step was executed here. */
export class Probing {
  readonly #item: WorkItem;
  readonly #ports: LookupPorts;
  #open: readonly Probe[];

  constructor(item: WorkItem, ports: LookupPorts) {
    this.#item = item;
    this.#ports = ports;
    this.#open = item.anew ? [] : (item.probes ?? []);
  }

  /**
   * A result for the outermost composite around the step that is in the cache; null when there is none, or not all that
   * goes into it is known yet. What it yields is added to the known values.
   */
  async before(
    step: string,
    known: Record<SourceId, StoredValue>,
  ): Promise<{ readonly result: StepResult; readonly steps: readonly string[] } | null> {
    const around = this.#open.filter(({ steps }) => steps.includes(step));
    if (around.length === 0) return null;
    this.#open = this.#open.filter((probe) => !around.includes(probe));
    for (const probe of around) {
      const outcome = await lookUpWhole(this.#item, probe, known, this.#ports);
      if (!outcome) continue;
      for (const [key, id] of Object.entries(probe.outputs)) {
        const value = outcome.outputs[key];
        if (value) known[id] = value;
      }
      return { result: { step: probe.boundary, outcome, whole: true }, steps: probe.steps };
    }
    return null;
  }
}

async function lookUpWhole(
  item: WorkItem,
  probe: Probe,
  known: Readonly<Record<SourceId, StoredValue>>,
  ports: LookupPorts,
): Promise<Found | null> {
  const startedAt = ports.clock.now();
  const inputs: Record<string, StoredValue> = {};
  for (const [name, id] of Object.entries(probe.inputs)) {
    const value = known[id];
    if (!value) return null;
    inputs[name] = value;
  }
  const { node, version } = probe;
  const call = boundaryCall(probe, inputs);
  const found = await find(item, { node, version, signature: signatureOf(call) }, ports);
  if (!found || Object.keys(probe.outputs).some((key) => !found.outputs[key])) return null;
  const outcome = foundOutcome(found, spent(startedAt, ports));
  const hit = { ...found.hit, boundary: probe.boundary };
  return { ...outcome, inputHash: call.inputHash, inputBytes: 0, startedAt, hit };
}

/** A clock that is set back must not make time negative. */
const spent = (startedAt: Instant, { clock }: LookupPorts): number => Math.max(0, clock.now() - startedAt);

interface Result {
  readonly entry: CacheEntry;
  readonly outputs: Readonly<Record<string, StoredValue>>;
  readonly hit: NonNullable<Found["hit"]>;
}

/** An entry with its values in the run's own keeping; null for a miss of whatever kind. */
async function find(item: WorkItem, key: CacheKey, ports: LookupPorts): Promise<Result | null> {
  try {
    if (await isArchived(item.tenant, key, ports)) return null;
    const entry = await ports.cache.find(item.tenant, key, item.correlationId);
    if (!entry) return null;
    const state = await loadEntry(entry, ports.blobs);
    if (!state) {
      ports.log.warn("a cached result is not what was stored; the work is done instead", {
        correlation_id: item.correlationId,
        run_id: item.runId,
        node: nodeRef({ name: key.node, version: key.version }),
      });
      return null;
    }
    const hit = { signature: key.signature, runId: entry.runId, madeAt: entry.madeAt };
    return { entry, outputs: await ports.keep(state), hit };
  } catch {
    return null;
  }
}

/** Nothing is taken from a node version that was withdrawn. The registry is looked at behind the work, every few seconds. */
async function isArchived(tenant: string, { node, version }: CacheKey, { registry }: LookupPorts): Promise<boolean> {
  const { byRef } = await registry.snapshot(tenant, null, (work) => void work.catch(() => undefined));
  return byRef.get(nodeRef({ name: node, version }))?.lifecycle === "archived";
}

const foundOutcome = ({ entry, outputs, hit }: Result, durationMs: number) =>
  ({ ok: true, outputs, outputHash: entry.outputHash, durationMs, cached: true, hit }) as const;
