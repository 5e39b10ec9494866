import { isForeign } from "../../../src/core/run/model/origin.ts";
import { observationsOf } from "../../../src/core/run/reduce/observations.ts";
import { ringOf } from "../../../src/core/run/model/run-id.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { addObservation, emptyTotals, mergeTotals, type TrustTotals } from "../../../src/core/trust/totals.ts";
import { booksOn } from "../../../src/app/ring/trust-books.ts";
import type { Findings } from "../findings.ts";
import { objectRows } from "../storage.ts";
import { storedParts } from "./stored-parts.ts";

/** Counts every archived observation anew and compares: the books of the rings, and those of the nodes' memories. */
export async function auditTrust(runs: Iterable<RunState>, persist: string, findings: Findings): Promise<void> {
  const byPlace = new Map<string, TrustTotals>();
  const byNode = new Map<string, TrustTotals>();
  for (const state of runs) {
    if (isForeign(state.header)) continue;
    const ring = `ring-${(ringOf(state.header.id) ?? 0).toString(16).padStart(2, "0")}`;
    for (const { node, observation } of observationsOf(state)) {
      const place = `${node} from ${ring}`;
      byPlace.set(place, addObservation(byPlace.get(place) ?? emptyTotals(), observation));
      byNode.set(node, addObservation(byNode.get(node) ?? emptyTotals(), observation));
    }
  }
  compare("the rings", byNode, await ringBooks(persist), findings);
  compare("the memories", byPlace, await memoryBooks(persist), findings);
}

async function ringBooks(persist: string): Promise<ReadonlyMap<string, TrustTotals>> {
  const books = new Map<string, TrustTotals>();
  for (const { owner, body } of await storedParts(persist)) {
    if (owner !== "~trust") continue;
    for (const { node, totals } of booksOn(body))
      books.set(node, mergeTotals(books.get(node) ?? emptyTotals(), totals));
  }
  return books;
}

async function memoryBooks(persist: string): Promise<ReadonlyMap<string, TrustTotals>> {
  const books = new Map<string, TrustTotals>();
  const sql = "SELECT o.name, t.* FROM totals t JOIN owner o";
  for (const rows of await objectRows(persist, "TrustMemory", sql)) {
    for (const row of rows) {
      const { name, version, source, sx, sw, samples, successes, failures } = row;
      books.set(`${name}@${version} from ${source}`, {
        sx: String(sx),
        sw: String(sw),
        samples: Number(samples),
        successes: Number(successes),
        failures: Number(failures),
      });
    }
  }
  return books;
}

function compare(
  who: string,
  right: ReadonlyMap<string, TrustTotals>,
  kept: ReadonlyMap<string, TrustTotals>,
  findings: Findings,
): void {
  for (const place of new Set([...right.keys(), ...kept.keys()])) {
    const [a, b] = [say(right.get(place)), say(kept.get(place))];
    if (a !== b) findings.add("trust", `${who} hold of ${place}: ${b}; the archived runs say: ${a}`);
  }
}

const say = ({ samples, successes, failures, sx, sw }: TrustTotals = emptyTotals()): string =>
  `${samples} observations, ${successes} good, ${failures} bad (Σw ${sw}, Σwx ${sx})`;
