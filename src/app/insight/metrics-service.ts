import type { Metrics } from "../../../contracts/api/metrics.ts";
import { faultOf } from "../../core/errors.ts";
import { nodeRef } from "../../core/registry/node.ts";
import type { RegistrySnapshot } from "../../core/registry/snapshot.ts";
import { isoTime } from "../../core/run/model/time.ts";
import type { BreakerBoard, SharedBreaker } from "../../spi/breaker-board.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Figures } from "../../spi/books/figures.ts";
import type { QuarantineIndex } from "../../spi/books/quarantine-index.ts";
import type { Log } from "../../spi/log.ts";
import type { ResultCache } from "../../spi/result-cache.ts";
import type { CallContext } from "../call-context.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";

export interface MetricsPorts {
  readonly figures: Figures;
  readonly quarantine: QuarantineIndex;
  readonly breakerBoard: Pick<BreakerBoard, "open">;
  readonly results: ResultCache;
  readonly registry: RegistryCache;
  readonly clock: Clock;
  readonly log: Log;
  readonly background: (work: Promise<unknown>) => void;
}

/** The system in numbers. */
export interface MetricsService {
  /** What cannot be had is named among the failing figures. Rejects with SERVICE_UNAVAILABLE when nothing can be had. */
  read(call: CallContext): Promise<Metrics>;
}

/** Runs created within this time are counted, in seconds. */
const WINDOW_S = 3_600;
/** Rows looked at for each figure, at most. */
const MOST_ROWS = 10_000;
/** Figures are this old at most, in milliseconds: whoever asks often does not ask the database. */
const KEPT_MS = 10_000;
/** Tenants whose figures are kept. */
const MAX_TENANTS = 100;
const EXTREMES = 5;

export function metricsService(ports: MetricsPorts): MetricsService {
  const kept = new Map<string, { readonly metrics: Metrics; readonly at: number }>();
  return {
    async read({ tenant, correlationId }) {
      const now = ports.clock.now();
      const known = kept.get(tenant);
      if (known && now - known.at < KEPT_MS) return known.metrics;
      const metrics = await gather(tenant, correlationId, now, ports);
      if (kept.size >= MAX_TENANTS) kept.clear();
      kept.set(tenant, { metrics, at: now });
      return metrics;
    },
  };
}

/** How many figures are asked for, each alone. */
const FIGURES = 6;
const NO_RUNS: Awaited<ReturnType<Figures["runs"]>> = {
  ...{ unfinished: {}, created: 0, failed: 0, cancelled: 0, steps: 0, cachedSteps: 0 },
  complete: false,
};
const NO_CACHE: [Awaited<ReturnType<ResultCache["counts"]>>, Awaited<ReturnType<ResultCache["size"]>>] = [
  [],
  { entries: 0, bytes: 0 },
];
const NO_NODES: Pick<RegistrySnapshot, "nodes" | "trust" | "unread"> = { nodes: [], trust: new Map(), unread: [] };

async function gather(tenant: string, correlationId: string, now: number, ports: MetricsPorts): Promise<Metrics> {
  const { figures, quarantine, breakerBoard, results, registry, background, log } = ports;
  const failing: string[] = [];
  const causes: unknown[] = [];
  /** A figure alone: what keeps it from being had keeps no other. */
  const figure = async <T>(name: string, otherwise: T, ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (thrown) {
      const { code, message } = faultOf(thrown, "it could not be counted");
      log.error("a figure cannot be had; the others are told", {
        ...{ correlation_id: correlationId, tenant, figure: name },
        ...{ code, reason: message },
      });
      failing.push(name);
      causes.push(thrown);
      return otherwise;
    }
  };
  const [runs, aside, breakers, open, [counts, size], snapshot] = await Promise.all([
    figure("runs", NO_RUNS, () => figures.runs(tenant, now - WINDOW_S * 1_000, MOST_ROWS)),
    figure("quarantined", {}, () => quarantine.count(tenant)),
    figure("breakers", [], () => breakerBoard.open(tenant, MOST_ROWS)),
    figure("dead_letters", {}, () => figures.openDeadLetters(tenant)),
    figure("cache", NO_CACHE, () => Promise.all([results.counts(tenant), results.size(tenant, MOST_ROWS)])),
    figure<typeof NO_NODES>("nodes", NO_NODES, () => registry.snapshot(tenant, null, background)),
  ]);
  if (failing.length === FIGURES) throw causes[0];
  const { created, failed, cancelled, steps, cachedSteps } = runs;
  return {
    at: isoTime(now),
    failing: failing.toSorted(),
    runs: {
      unfinished: { ...runs.unfinished },
      recent: { window_s: WINDOW_S, created, failed, cancelled, steps, cached_steps: cachedSteps },
      complete: runs.complete,
      quarantined: { ...aside },
    },
    cache: {
      ...size,
      hits: counts.reduce((sum, { hits }) => sum + hits, 0),
      stored: counts.reduce((sum, { stored }) => sum + stored, 0),
      complete: size.entries < MOST_ROWS && !failing.includes("cache"),
    },
    breakers: { open: byHandler(breakers) },
    dead_letters: { open: { ...open } },
    nodes: { by_lifecycle: lifecyclesOf(snapshot), unreadable: snapshot.unread.length },
    trust: extremesOf(snapshot),
  };
}

function byHandler(breakers: readonly SharedBreaker[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { binding } of breakers) counts[binding] = (counts[binding] ?? 0) + 1;
  return counts;
}

function lifecyclesOf({ nodes }: Pick<RegistrySnapshot, "nodes">): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { lifecycle } of nodes) counts[lifecycle] = (counts[lifecycle] ?? 0) + 1;
  return counts;
}

function extremesOf({ nodes, trust }: Pick<RegistrySnapshot, "nodes" | "trust">): Metrics["trust"] {
  const known = nodes.flatMap((node) => {
    const score = node.lifecycle === "active" ? trust.get(nodeRef(node)) : undefined;
    return score && score.samples > 0
      ? { node: nodeRef(node), score: score.score, confidence: score.confidence, samples: score.samples }
      : [];
  });
  const rising = known.toSorted((a, b) => a.score - b.score || (a.node < b.node ? -1 : 1));
  return { lowest: rising.slice(0, EXTREMES), highest: rising.toReversed().slice(0, EXTREMES) };
}
