import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { RunSummary } from "../run/model/summary.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import { isList, memberAt, parseJson } from "../../../contracts/json/narrow.ts";
import { printOf, type StripEntry } from "./strip.ts";

/** What every line of an archive object's own index begins with; no record does. */
export const INDEX_MARK = "#1 ";

/** Operation, wanted keys, tags, nodes: what many runs have in common is told once. */
type Shape = readonly [operation: string, want: readonly string[], tags: readonly string[], nodes: readonly string[]];

/** The line that tells of these archived runs of one tenant and object, with a hash over itself. No line end. */
export function encodeIndex(runs: readonly RunSummary[]): string {
  const shapes = new Map<string, number>();
  const listed = runs.map((one) => {
    const own: Shape = [one.operation, [...one.want], [...one.tags], [...one.nodes]];
    const text = JSON.stringify(own);
    const place = shapes.get(text) ?? shapes.size;
    shapes.set(text, place);
    const { createdAt, finishedAt, archive } = one;
    return [
      ...[one.runId, one.correlationId, place, createdAt, (finishedAt ?? createdAt) - createdAt],
      ...[one.steps, one.cachedSteps, one.revision, archive?.offset ?? 0, archive?.length ?? 0],
    ];
  });
  const { tenant = "", archive = null } = runs[0] ?? {};
  const body = {
    tenant,
    key: archive?.key ?? "",
    shapes: [...shapes.keys()].map((text) => parseJson(text)),
    runs: listed,
  };
  const json = JSON.stringify(body);
  return `${INDEX_MARK}${hashOf(json)} ${json}`;
}

/** The runs a line tells of; null when it is no such line, or not as it was written. */
export function decodeIndex(line: string): readonly RunSummary[] | null {
  const text = line.trimEnd();
  const json = text.slice(INDEX_MARK.length + 65);
  if (!text.startsWith(INDEX_MARK) || text.slice(INDEX_MARK.length, INDEX_MARK.length + 64) !== hashOf(json))
    return null;
  const body = jsonOf(json);
  const [tenant, key, shapes, runs] = ["tenant", "key", "shapes", "runs"].map((name) => memberAt(body, name));
  if (typeof tenant !== "string" || typeof key !== "string" || !isList(shapes) || !isList(runs)) return null;
  const own = { tenant, key, shapes: shapes.map(shapeOf) };
  const summaries = runs.flatMap((run) => summaryOfRun(run, own) ?? []);
  return summaries.length === runs.length ? summaries : null;
}

/** Run id, correlation id, shape, created and took in milliseconds, steps, cached steps, revision, offset, length. */
function summaryOfRun(
  run: JsonValue,
  {
    tenant,
    key,
    shapes,
  }: { readonly tenant: string; readonly key: string; readonly shapes: readonly (Shape | null)[] },
): RunSummary | null {
  if (!isList(run)) return null;
  const [runId, correlationId, ...numbers] = run;
  const [place, createdAt, took, steps, cachedSteps, revision, offset, length] = numbers.flatMap((one) =>
    typeof one === "number" && Number.isSafeInteger(one) ? [one] : [],
  );
  const shape = shapes[place ?? -1];
  if (typeof runId !== "string" || typeof correlationId !== "string" || !shape) return null;
  if (createdAt === undefined || took === undefined || steps === undefined || cachedSteps === undefined) return null;
  if (revision === undefined || offset === undefined || length === undefined) return null;
  const [operation, want, tags, nodes] = shape;
  return {
    ...{ runId, tenant, correlationId, operation, want, tags, nodes, createdAt, steps, cachedSteps, revision },
    ...{ status: "succeeded", finishedAt: createdAt + took, faultCode: null, faultMessage: null, values: [] },
    archive: { key, offset, length },
  };
}

function shapeOf(value: JsonValue): Shape | null {
  if (!isList(value)) return null;
  const [operation, ...lists] = value;
  const [want, tags, nodes] = lists.map(textsOf);
  return typeof operation === "string" && want && tags && nodes ? [operation, want, tags, nodes] : null;
}

const textsOf = (value: JsonValue): readonly string[] | null =>
  isList(value) && value.every((one) => typeof one === "string") ? value : null;

/** Whether an index tells of no run but such as the database knows to be there: one that says otherwise lies. */
export function agrees(runs: readonly RunSummary[], strip: readonly StripEntry[]): boolean {
  const known = new Map(strip.map((entry) => [entry.offset, entry]));
  return runs.every(({ runId, createdAt, archive }) => {
    const entry = archive && known.get(archive.offset);
    return entry?.at === createdAt && entry.length === archive?.length && entry.print === printOf(runId);
  });
}

const hashOf = (json: string): string => bytesToHex(sha256(utf8ToBytes(json)));

function jsonOf(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
