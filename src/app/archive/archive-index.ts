import { mayBePacked, isPacked } from "../../core/archive/packed.ts";
import type { MarkedPart, RunPart } from "../../core/archive/part.ts";
import { printOf } from "../../core/archive/strip.ts";
import { sumsOf } from "../../core/archive/layout.ts";
import { fault, RuntimeHostError } from "../../core/errors.ts";
import type { Erasure } from "../../core/retention/erasure.ts";
import { generationKey, type Generation, type GenerationKey } from "../../core/run/model/generation.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import type { RunId } from "../../core/run/model/state.ts";
import type { ArchivePlace, RunSummary } from "../../core/run/model/summary.ts";
import { minuteOf } from "../../core/search/labels.ts";
import { isAfter, newestFirst, pageOf, type Page, type PageRequest } from "../../core/search/position.ts";
import { placeOfRun, type RunQuery } from "../../core/search/run-query.ts";
import { toldByRunId } from "../../core/search/told-time.ts";
import type { Claim, RunParts } from "../../spi/books/run-parts.ts";
import type { RunIndex } from "../../spi/run-index.ts";
import { liveEntries, readPart, type IndexReaderPorts } from "./index-reader.ts";
import { searchParts } from "./packed-search.ts";

export interface ArchiveIndexPorts extends IndexReaderPorts {
  /** Runs that have rows of their own. */
  readonly index: RunIndex;
  readonly parts: RunParts;
}

/** Who stores at the same time as others looks again so often. */
const MOST_LOOKS = 8;
/** Sorts before every run id. */
const BEFORE_IDS = "!";

/**
 * The index of all runs: of those that have rows of their own, and of those that are found by the indices of their archive
 * objects. To whoever asks there is no difference.
 */
export class ArchiveIndex implements RunIndex {
  readonly #ports: ArchiveIndexPorts;

  constructor(ports: ArchiveIndexPorts) {
    this.#ports = ports;
  }

  /** Where a run's record may be, the likeliest place first: one read of the database, and nothing is verified. */
  async places(tenant: string, runId: RunId): Promise<readonly ArchivePlace[]> {
    const { row, parts } = await this.#ports.parts.find(tenant, runId);
    if (row?.archive) return [row.archive];
    return candidates(parts, runId, this.#ports).map(({ part, entry }) => ({
      ...{ key: part.key, offset: entry.offset, length: entry.length },
    }));
  }

  async get(tenant: string, runId: RunId): Promise<RunSummary | null> {
    const { row, parts } = await this.#ports.parts.find(tenant, runId);
    if (row !== null) return row;
    for (const part of new Set(candidates(parts, runId, this.#ports).map((one) => one.part)))
      for (const run of await readPart(part, this.#ports)) if (run.runId === runId) return run;
    return null;
  }

  async settled(runs: readonly Generation[]): Promise<ReadonlySet<GenerationKey>> {
    if (runs.length === 0) return new Set();
    const [own, packed] = await Promise.all([this.#ports.index.settled(runs), this.#packed(runs)]);
    return new Set([...own, ...packed.found.keys()]);
  }

  async put(rows: readonly RunSummary[], parts: readonly RunPart[] = []): Promise<readonly Erasure[]> {
    if (rows.length === 0) return [];
    for (let look = 0; look < MOST_LOOKS; look++) {
      const { found, seen, claims } = await this.#packed(rows);
      const settled = await this.#ports.index.settled(rows.filter((row) => isPacked(row)));
      const dead: Erasure[] = [];
      const own: RunSummary[] = [];
      const packed: RunSummary[] = [];
      const taken = new Set<GenerationKey>();
      for (const row of rows) {
        const key = generationKey(row);
        const place = found.get(key);
        const part = parts.find((one) => isIn(row, one));
        const isSecond = part !== undefined && taken.has(key);
        if (place !== undefined || isSecond) {
          const isSame = place?.key === row.archive?.key && place?.offset === row.archive?.offset;
          if (row.archive && (isSecond || !isSame)) dead.push(erasureOf(row.archive));
        } else if (part === undefined || settled.has(key)) own.push(row);
        else {
          packed.push(row);
          taken.add(key);
        }
      }
      const stored = await this.#ports.parts.store({
        ...{ rows: own, packed, dead, claims, seen },
        parts: parts.flatMap((part) => counted(part, packed)),
      });
      if (stored !== null) return [...stored, ...dead];
    }
    throw new RuntimeHostError(fault("SERVICE_UNAVAILABLE", "others keep archiving the same runs"));
  }

  async search(tenant: string, query: RunQuery, page: PageRequest): Promise<Page<RunSummary>> {
    const { limit, after } = page;
    const more = { limit: limit + 1, after };
    if (!mayBePacked(query)) return this.#ports.index.search(tenant, query, page);
    // Rows first: a run that is packed in between is found twice, not never.
    const own = await this.#ports.index.search(tenant, query, more);
    const { runs, until } = await searchParts(tenant, query, more, this.#ports);
    const merged = [...runs, ...own.items]
      .toSorted((a, b) => newestFirst(placeOfRun(a), placeOfRun(b)))
      .filter((run, i, all) => i === 0 || generationKey(run) !== generationKey(all[i - 1] ?? run));
    if (until === null) return pageOf(merged, limit, placeOfRun);
    const looked = { at: until + 1, id: BEFORE_IDS };
    const found = pageOf(
      merged.filter((run) => !isAfter(placeOfRun(run), looked)),
      limit,
      placeOfRun,
    );
    return { items: found.items, next: found.next ?? looked };
  }

  /** Which of these runs are found in parts, and where; and what was looked through for it. */
  async #packed(runs: readonly Generation[]): Promise<{
    readonly found: ReadonlyMap<GenerationKey, ArchivePlace>;
    readonly seen: readonly MarkedPart[];
    readonly claims: readonly Claim[];
  }> {
    const told = runs.filter(({ runId, createdAt }) => toldByRunId(runId) === createdAt);
    const claims = claimsOf(told);
    const seen = claims.length === 0 ? [] : await this.#ports.parts.covering(claims);
    const found = new Map<GenerationKey, ArchivePlace>();
    for (const part of seen) {
      const entries = liveEntries(part, this.#ports);
      const asked = told.filter(
        ({ tenant, runId, createdAt }) =>
          tenant === part.tenant && entries.some(({ at, print }) => at === createdAt && print === printOf(runId)),
      );
      if (asked.length === 0) continue;
      const keys = new Set(asked.map(generationKey));
      for (const run of await readPart(part, this.#ports))
        if (run.archive && keys.has(generationKey(run))) found.set(generationKey(run), run.archive);
    }
    return { found, seen, claims };
  }
}

const erasureOf = ({ key, offset, length }: ArchivePlace): Erasure => ({ object: key, offset, length });

/** Whether a part was laid out with this row. */
const isIn = (row: RunSummary, { tenant, key, firstAt, lastAt }: RunPart): boolean =>
  row.tenant === tenant &&
  row.archive?.key === key &&
  row.createdAt >= firstAt &&
  row.createdAt <= lastAt &&
  isPacked(row);

/** The part with what is to be found of it; nothing when that is nothing. */
function counted(part: RunPart, packed: readonly RunSummary[]): readonly RunPart[] {
  const runs = packed.filter((row) => isIn(row, part));
  return runs.length === 0 ? [] : [{ ...part, ...sumsOf(runs) }];
}

/** Records that may be a run's. */
function candidates(parts: readonly MarkedPart[], runId: RunId, ports: Pick<ArchiveIndexPorts, "log">) {
  const at = toldByRunId(runId);
  const print = printOf(runId);
  return parts.flatMap((part) =>
    liveEntries(part, ports).flatMap((entry) => (entry.at === at && entry.print === print ? [{ part, entry }] : [])),
  );
}

/** The times the runs were created in, a minute and tenant each. */
function claimsOf(runs: readonly Generation[]): readonly Claim[] {
  const groups = Map.groupBy(runs, ({ tenant, createdAt }) => JSON.stringify([tenant, minuteOf(createdAt)]));
  return [...groups.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const times = own.map(({ createdAt }) => createdAt);
    return [
      {
        tenant: first.tenant,
        from: times.reduce((a, b) => Math.min(a, b)),
        to: times.reduce((a, b) => Math.max(a, b)),
        rings: [...new Set(own.map(({ runId }) => ringOf(runId) ?? 0))].sort((a, b) => a - b),
      },
    ];
  });
}
