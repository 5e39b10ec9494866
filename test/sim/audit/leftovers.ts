import { textHash } from "../../../src/core/run/hash.ts";
import type { RunState } from "../../../src/core/run/state.ts";
import { isRef } from "../../../src/core/run/value.ts";
import type { BlobStore } from "../../../src/spi/blob-store.ts";
import type { DeadLetterStore } from "../../../src/spi/dead-letter-store.ts";
import type { RingPart } from "../../../src/spi/ring-store.ts";
import type { Findings } from "./findings.ts";

/** What a blob store may hold besides what is needed, because a process died between writing it and naming it. */
export interface Leftovers {
  /** Archive objects whose every run was archived again elsewhere. */
  archives: number;
  /** Values no record refers to. */
  values: number;
}

/**
 * Looks for what nobody will ever ask for. Objects written just before a crash are told apart from lost ones: an archive
 * object must hold records that are indexed elsewhere, a value must be what its name says.
 */
export async function auditBlobs(
  blobs: BlobStore,
  archived: ReadonlyMap<string, RunState>,
  placed: ReadonlySet<string>,
  deadLetters: DeadLetterStore,
  findings: Findings,
): Promise<Leftovers> {
  const left: Leftovers = { archives: 0, values: 0 };
  const needed = new Set([...archived.values()].flatMap(referencesOf));
  const payloads = new Set((await deadLetters.list("default", 10_000)).map(({ payloadKey }) => payloadKey));
  for (const key of await blobs.list("")) {
    if (placed.has(key) || needed.has(key) || payloads.has(key)) continue;
    const text = (await blobs.get(key)) ?? "";
    if (key.startsWith("runs/") && text.split("\n").every((line) => line === "" || archived.has(runOf(line)))) left.archives++;
    else if (key === `values/default/${textHash(text)}`) left.values++;
    else if (!key.startsWith("dead-letters/")) findings.add("clean", `blob ${key} belongs to nothing`);
  }
  return left;
}

/** A ring that has nothing to do keeps its running trust totals, and for a while what tells a repeated key. */
export function auditParts(ring: number, owner: string, parts: readonly RingPart[], findings: Findings): void {
  if (owner === "~trust") return;
  for (const { part } of parts) if (part !== "t") findings.add("clean", `ring ${ring} still holds part ${part} of ${owner}`);
}

const runOf = (line: string): string => (JSON.parse(line) as { readonly header: { readonly id: string } }).header.id;

function referencesOf({ given, segments }: RunState): string[] {
  const outputs = [...segments.values()].flatMap(({ steps }) =>
    steps.flatMap(({ outcome }) => (outcome?.ok ? Object.values(outcome.outputs) : [])),
  );
  return [...Object.values(given), ...outputs].flatMap((value) => (isRef(value) ? [value.ref.key] : []));
}
