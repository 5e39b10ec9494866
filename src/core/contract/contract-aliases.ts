import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";

const ALIASES = { contract_schema_version: "contract_version", node_id: "node_name" } as const;

/** The contract under today's names: a field is taken from its alias when it is not given itself. Nulls are dropped. */
export function withoutAliases(contract: JsonObject): JsonObject {
  const named: Record<string, JsonValue> = {};
  for (const [key, value] of Object.entries(contract)) {
    if (value !== null) named[key] = value;
  }
  for (const [alias, name] of Object.entries(ALIASES)) {
    const given = named[alias];
    if (given === undefined) continue;
    if (!(name in named)) named[name] = given;
    delete named[alias];
  }
  return named;
}
