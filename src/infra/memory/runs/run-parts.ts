import type { MarkedPart, RunPart } from "../../../core/archive/part.ts";
import { dayIn, ARCHIVE } from "../../../core/retention/keys.ts";
import type { RunSummary } from "../../../core/run/model/summary.ts";
import { LABEL_SPAN_MS, minuteOf } from "../../../core/search/labels.ts";
import { toldByRunId } from "../../../core/search/told-time.ts";
import type { Claim, PartWalk, RunParts, Span } from "../../../spi/books/run-parts.ts";
import { memoryRunIndex } from "./run-index.ts";
import { compareTexts, keyOf, type RunTables } from "./run-tables.ts";

type Place = Pick<RunPart, "lastAt" | "key">;

const newestPart = (a: Place, b: Place): number => b.lastAt - a.lastAt || compareTexts(b.key, a.key);

/** The parts of archive objects in a list. */
export function memoryRunParts(tables: RunTables): RunParts {
  const index = memoryRunIndex(tables);
  const marked = (part: RunPart): MarkedPart => ({
    ...structuredClone(part),
    erased: [...tables.erasures.values()].filter(({ object }) => object === part.key).map(({ offset }) => offset),
  });
  const within = (part: RunPart, { tenant, from, to }: Span): boolean =>
    part.tenant === tenant && part.lastAt >= from && part.firstAt <= to;
  const isTaken = (claim: Claim, seen: ReadonlySet<string>): boolean =>
    tables.parts.some(
      (part) => within(part, claim) && !seen.has(part.key) && part.rings.some((ring) => claim.rings.includes(ring)),
    );
  const hasEnded = ({ tenant, runId, createdAt }: RunSummary): boolean => {
    const key = keyOf(tenant, runId);
    const row = tables.runs.get(key);
    return (
      tables.deletions.get(key)?.createdAt === createdAt || (row?.createdAt === createdAt && row.finishedAt !== null)
    );
  };
  const isPlaceOf = (part: RunPart, { tenant, createdAt, archive }: RunSummary): boolean =>
    part.key === archive?.key && within(part, { tenant, from: createdAt, to: createdAt });
  return {
    async find(tenant, runId) {
      const at = toldByRunId(runId);
      const parts = at === null ? [] : tables.parts.filter((part) => within(part, { tenant, from: at, to: at }));
      return { row: await index.get(tenant, runId), parts: parts.toSorted(newestPart).map(marked) };
    },
    async covering(spans) {
      return tables.parts.filter((part) => spans.some((span) => within(part, span))).map(marked);
    },
    async walk(tenant, { listed, from, to, after }: PartWalk, limit) {
      return tables.parts
        .filter((part) => part.tenant === tenant && (from === null || part.lastAt >= from))
        .filter(({ firstAt, lastAt }) => to === null || (firstAt <= to && lastAt < minuteOf(to) + LABEL_SPAN_MS))
        .filter(({ labels }) => labels === null || listed.every((label) => labels.includes(label)))
        .filter((part) => after === null || newestPart(after, part) < 0)
        .sort(newestPart)
        .slice(0, limit)
        .map(marked);
    },
    async store({ rows, parts, packed, dead, claims, seen }) {
      const known = new Set(seen.map(({ key }) => key));
      if (claims.some((claim) => isTaken(claim, known)) || packed.some(hasEnded)) return null;
      // All of it in one step: nothing is waited for before the last of it.
      const buried = index.put(rows);
      for (const { archive } of packed) if (archive) tables.objects.add(archive.key);
      for (const erasure of dead) {
        tables.objects.add(erasure.object);
        tables.addErasure(erasure);
      }
      for (const { tenant, runId } of packed) tables.runs.delete(keyOf(tenant, runId));
      tables.parts = [...tables.parts, ...structuredClone(parts)];
      return buried;
    },
    async delete(run, now) {
      const { tenant, runId, createdAt, archive } = run;
      const key = keyOf(tenant, runId);
      if (!archive || tables.runs.has(key)) return "unknown";
      if (tables.deletions.has(key) || tables.erasures.has(JSON.stringify([archive.key, archive.offset])))
        return "repeated";
      tables.deletions.set(key, { at: now, createdAt });
      tables.addErasure({ object: archive.key, offset: archive.offset, length: archive.length });
      tables.parts = tables.parts.map((part) =>
        isPlaceOf(part, run)
          ? {
              ...part,
              runs: part.runs - 1,
              steps: part.steps - run.steps,
              cachedSteps: part.cachedSteps - run.cachedSteps,
            }
          : part,
      );
      return "deleted";
    },
    async forgetBefore(tenant, day, limit) {
      const isOld = ({ tenant: of, key }: RunPart): boolean => of === tenant && (dayIn(key, ARCHIVE) ?? day) < day;
      const old = new Set(
        tables.parts
          .filter(isOld)
          .toSorted((a, b) => newestPart(b, a))
          .slice(0, limit),
      );
      tables.parts = tables.parts.filter((part) => !old.has(part));
      return { parts: old.size, runs: [...old].reduce((sum, { runs }) => sum + runs, 0) };
    },
  };
}
