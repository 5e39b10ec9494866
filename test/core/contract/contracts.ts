import type { JsonObject } from "../../../contracts/json/json.ts";
import { contractFrom } from "../../../src/core/contract/load-contract.ts";
import type { StateContract } from "../../../src/core/contract/state-contract.ts";

/** A contract in the form this project writes. */
export const TIDE: JsonObject = {
  contract_version: "1.0.0",
  node_name: "tide",
  node_version: "1.0.0",
  input_contract: { "document.text": { type: "string" }, "document.lang": { type: "string" } },
  optional_inputs: ["document.lang"],
  output_contract: { "tide.table": { type: "array", items: { type: "string" } } },
};

export const change = (more: JsonObject): JsonObject => ({ ...TIDE, ...more });

/** The usable contract; throws, to fail the test, when it is refused. */
export function usable(given: JsonObject): StateContract {
  const loaded = contractFrom(given);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  return loaded.value.contract;
}

/** `CODE place` of everything that is wrong. */
export function refusals(given: JsonObject): readonly string[] {
  const loaded = contractFrom(given);
  return loaded.ok ? [] : loaded.error.map((found) => `${found.code} ${found.place}`);
}
