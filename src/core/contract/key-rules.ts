import type { KeyRuleWire } from "../../../contracts/documents/state-contract.ts";
import type { ContractKey, KeyRule } from "../registry/node.ts";

/** What a contract says of keys, without what it leaves out. */
export const keyRulesOf = (wire: Readonly<Record<ContractKey, KeyRuleWire>>): Readonly<Record<ContractKey, KeyRule>> =>
  Object.fromEntries(
    Object.entries(wire).map(([key, { only, description }]) => [
      key,
      {
        ...(only === undefined ? {} : { only }),
        ...(description === undefined ? {} : { description }),
      },
    ]),
  );
