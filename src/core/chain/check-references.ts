import { CHAIN_LISTS, type Chains } from "../../../contracts/documents/chain.ts";
import { jsonPath, refusal } from "../envelope/refusal.ts";
import { fault, type Fault } from "../errors.ts";
import type { Plan } from "../plan/model/plan.ts";
import { readReference, type Reference } from "./reference.ts";
import { valuesOf } from "./read-chains.ts";

/**
 * What a plan already tells to be wrong with the envelopes its run sends: results it does not produce, values it is not
 * given. Only the first level can be judged; deeper ones are, when their own envelope is planned. Null when all is well.
 */
export function checkReferences(chains: Chains, plan: Plan): Fault | null {
  const faults: Fault[] = [];
  for (const name of CHAIN_LISTS) {
    for (const [index, { payload }] of (chains[name] ?? []).entries()) {
      for (const [field, key, value] of valuesOf(payload)) {
        const place = jsonPath([name, index, "payload", field, key]);
        const read = readReference(value, place);
        const wrong = read.ok ? unknown(read.value, plan, place) : read.error;
        if (wrong) faults.push(wrong);
      }
    }
  }
  return faults.length === 0 ? null : refusal("the envelopes to send", faults);
}

function unknown(reference: Reference, plan: Plan, place: string): Fault | null {
  if (reference.kind === "result" && !Object.hasOwn(plan.results, reference.key)) {
    return fault("CHAIN_INVALID_REFERENCE", `the run has no result '${reference.key}'`, {
      place,
      hint: among("its results are", Object.keys(plan.results)),
    });
  }
  if (reference.kind === "given" && !plan.given.includes(reference.key)) {
    return fault("CHAIN_INVALID_REFERENCE", `the run is not given '${reference.key}'`, {
      place,
      hint: among("it is given", plan.given),
    });
  }
  return null;
}

const among = (said: string, keys: readonly string[]): string =>
  `${said} ${keys.length === 0 ? "none" : keys.slice(0, 20).join(", ")}`;
