import { observationsOf } from "../../../src/core/run/reduce/observations.ts";
import { ringOf } from "../../../src/core/run/model/run-id.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { scoreOf } from "../../../src/core/trust/score.ts";
import { addObservation, emptyTotals, mergeTotals, type TrustTotals } from "../../../src/core/trust/totals.ts";
import { booksOn } from "../../../src/app/ring/trust-books.ts";
import type { RingStore } from "../../../src/spi/ring-store.ts";
import type { TrustStore } from "../../../src/spi/trust-store.ts";
import type { Findings } from "./findings.ts";

/** Counts every archived observation anew and compares: each ring's own books, and what the nodes' memories make of them. */
export async function auditTrust(
  archived: Iterable<RunState>,
  rings: readonly { readonly number: number; readonly store: RingStore }[],
  trust: TrustStore,
  now: number,
  findings: Findings,
): Promise<void> {
  const counted = new Map<number, Map<string, TrustTotals>>();
  for (const state of archived) {
    const ring = ringOf(state.header.id) ?? -1;
    const totals = counted.get(ring) ?? new Map<string, TrustTotals>();
    counted.set(ring, totals);
    for (const { node, observation } of observationsOf(state))
      totals.set(node, addObservation(totals.get(node) ?? emptyTotals(), observation));
  }
  for (const { number, store } of rings) {
    const kept = new Map(
      store.read("~trust").flatMap(({ body }) => booksOn(body).map(({ node, totals }) => [node, totals])),
    );
    const right = counted.get(number) ?? new Map<string, TrustTotals>();
    for (const node of new Set([...kept.keys(), ...right.keys()]))
      if (differ(kept.get(node), right.get(node)))
        findings.add(
          "trust",
          `ring ${number} counted ${say(kept.get(node))} of ${node}, its records say ${say(right.get(node))}`,
        );
  }
  const nodes = new Set([...counted.values()].flatMap((totals) => [...totals.keys()]));
  for (const node of nodes) {
    const totals = [...counted.values()]
      .map((own) => own.get(node) ?? emptyTotals())
      .reduce(mergeTotals, emptyTotals());
    const right = scoreOf(totals, { declared: null, now });
    const kept = await trust.read("default", node, null, now);
    if (JSON.stringify(kept) !== JSON.stringify(right))
      findings.add(
        "trust",
        `the memory of ${node} says ${JSON.stringify(kept)}, the records say ${JSON.stringify(right)}`,
      );
  }
}

const differ = (a: TrustTotals = emptyTotals(), b: TrustTotals = emptyTotals()): boolean =>
  a.sx !== b.sx || a.sw !== b.sw || a.samples !== b.samples || a.successes !== b.successes || a.failures !== b.failures;

const say = (totals: TrustTotals = emptyTotals()): string =>
  `${totals.samples} observations (Σw ${totals.sw}, Σwx ${totals.sx})`;
