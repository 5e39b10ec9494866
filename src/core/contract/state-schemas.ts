import { isList, isObject } from "../../../contracts/json/narrow.ts";
import type { JsonObject, JsonSchema } from "../../../contracts/json/json.ts";
import { contractKey } from "../../../contracts/json/json.ts";
import type { ContractProblem } from "./contract-problem.ts";
import { contractProblem } from "./contract-problem.ts";
import { checkSchema } from "./check-schema.ts";
import { Budget, BudgetSpent } from "../schema/budget.ts";
import { normaliseSchema } from "./normalise-schema.ts";
import { asProperty, standingAlone } from "./rebase-schema.ts";

/** Keys of one side. */
const MAX_KEYS = 1_000;
/** Values in the definitions that keys of one side take along, counted once for each key. */
const MAX_SHARED = 100_000;

/** One side of a contract: its keys, which of them are optional, and the schema of the whole state. */
export interface StateSide {
  readonly schemas: Readonly<Record<string, JsonSchema>>;
  readonly optional: ReadonlySet<string>;
  readonly state: JsonSchema;
}

/** What a contract says about one side. */
export interface SideSource {
  readonly side: "input" | "output";
  /** `input_contract` or `output_contract` as given. */
  readonly contract: JsonObject | undefined;
  /** `input_state` or `output_state` as given. */
  readonly state: JsonObject | undefined;
  /** `optional_inputs` as given; undefined on the output side. */
  readonly optional: readonly string[] | undefined;
}

/**
 * Reads one side of a contract from whichever of its two forms is given, and checks that they agree when both are.
 * Findings are appended to `found`; the result is null when the side cannot be used.
 */
export function readSide(source: SideSource, found: ContractProblem[]): StateSide | null {
  const before = found.length;
  const { side } = source;
  for (const [field, keys] of [
    [`${side}_contract`, source.contract],
    [`${side}_state`, source.state?.["properties"]],
  ] as const) {
    if (!isObject(keys) || Object.keys(keys).length <= MAX_KEYS) continue;
    const hint = "give what belongs together one key, with an object as its value";
    found.push(contractProblem("ST001", [field], `there are more than ${MAX_KEYS} keys`, hint));
    return null;
  }
  const contract = source.contract === undefined ? null : schemasOf(source.contract, `${side}_contract`, found);
  const state = source.state === undefined ? null : stateOf(source.state, `${side}_state`, found);
  if (source.contract === undefined && source.state === undefined) {
    const code = side === "input" ? "ST002" : "ST003";
    found.push(
      contractProblem(
        code,
        [],
        `neither ${side}_contract nor ${side}_state is given`,
        `add ${side}_contract: a map from contract keys to JSON Schemas`,
      ),
    );
  }
  if (found.length > before) return null;
  if (contract === null) return state === null ? null : fromState(state, source, found);
  const unknown = (source.optional ?? []).filter((key) => !Object.hasOwn(contract, key));
  for (const key of unknown)
    found.push(contractProblem("ST009", ["optional_inputs"], `${key} is not an input`, "name keys of input_contract"));
  const optional = new Set(source.optional ?? (state === null ? [] : notRequired(state, Object.keys(contract))));
  if (state !== null) compare(contract, optional, state, source, found);
  return found.length > before
    ? null
    : { schemas: contract, optional, state: state ?? derivedState(contract, optional) };
}

function schemasOf(
  contract: JsonObject,
  field: string,
  found: ContractProblem[],
): Readonly<Record<string, JsonSchema>> {
  return Object.fromEntries(
    Object.entries(contract).map(([key, value]): [string, JsonSchema] => {
      const schema = normaliseSchema(value as JsonSchema);
      found.push(...checkSchema(schema, [field, key]));
      return [key, schema];
    }),
  );
}

function stateOf(given: JsonObject, field: string, found: ContractProblem[]): JsonSchema | null {
  const schema = normaliseSchema(given);
  const problems = checkSchema(schema, [field]);
  found.push(...problems);
  if (problems.length > 0) return null;
  if (schema["type"] !== undefined && schema["type"] !== "object") {
    found.push(contractProblem("ST007", [field, "type"], "a state is an object", "write type: object"));
    return null;
  }
  return { type: "object", ...schema };
}

const propertiesOf = (state: JsonSchema): JsonObject => (isObject(state["properties"]) ? state["properties"] : {});

function aloneWithin(work: Budget, property: JsonSchema, key: string, state: JsonSchema): JsonSchema | null {
  try {
    return standingAlone(property, key, state, work);
  } catch (thrown) {
    if (thrown instanceof BudgetSpent) return null;
    throw thrown;
  }
}

function notRequired(state: JsonSchema, keys: readonly string[]): readonly string[] {
  const required = new Set(isList(state["required"]) ? state["required"] : []);
  return keys.filter((key) => !required.has(key));
}

/** The keys of a contract that only describes whole states: the properties are the keys. */
function fromState(state: JsonSchema, source: SideSource, found: ContractProblem[]): StateSide | null {
  const before = found.length;
  const field = `${source.side}_state`;
  const schemas: [string, JsonSchema][] = [];
  const work = new Budget(MAX_SHARED);
  for (const [key, property] of Object.entries(propertiesOf(state))) {
    if (!contractKey.safeParse(key).success) {
      found.push(
        contractProblem(
          "ST007",
          [field, "properties", key],
          "the property name is not a contract key",
          "use a dotted name such as document.text",
        ),
      );
      continue;
    }
    const alone = isObject(property) ? aloneWithin(work, property, key, state) : {};
    if (alone === null) {
      const hint = "let properties refer to definitions of their own, or write the keys as a contract";
      found.push(contractProblem("ST007", [field, "properties", key], "the properties share too much", hint));
      break;
    }
    schemas.push([key, alone]);
  }
  for (const key of isList(state["required"]) ? state["required"] : []) {
    if (typeof key !== "string") continue;
    if (Object.hasOwn(propertiesOf(state), key)) continue;
    found.push(
      contractProblem(
        "ST006",
        [field, "required"],
        `${key} is required and has no schema`,
        `describe ${key} under properties`,
      ),
    );
  }
  for (const key of source.optional ?? []) {
    if (Object.hasOwn(propertiesOf(state), key)) continue;
    found.push(contractProblem("ST009", ["optional_inputs"], `${key} is not an input`, `name properties of ${field}`));
  }
  if (found.length > before) return null;
  const optional = new Set([
    ...notRequired(
      state,
      schemas.map(([key]) => key),
    ),
    ...(source.optional ?? []),
  ]);
  const required = schemas.map(([key]) => key).filter((key) => !optional.has(key));
  return { schemas: Object.fromEntries(schemas), optional, state: { ...state, required } };
}

/** The object schema that says the same as a map of keys: nothing but the keys, all but the optional ones required. */
function derivedState(schemas: Readonly<Record<string, JsonSchema>>, optional: ReadonlySet<string>): JsonSchema {
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(schemas).map(([key, schema]) => [key, asProperty(schema, key)])),
    required: Object.keys(schemas).filter((key) => !optional.has(key)),
    additionalProperties: false,
  };
}

function compare(
  contract: Readonly<Record<string, JsonSchema>>,
  optional: ReadonlySet<string>,
  state: JsonSchema,
  source: SideSource,
  found: ContractProblem[],
): void {
  const { side } = source;
  const properties = propertiesOf(state);
  const disagree = (place: readonly string[], message: string, hint: string): void => {
    found.push(contractProblem("ST009", place, message, hint));
  };
  for (const key of Object.keys(contract)) {
    if (!Object.hasOwn(properties, key))
      disagree(
        [`${side}_contract`, key],
        `${side}_state has no property ${key}`,
        `leave ${side}_state out: it is derived`,
      );
  }
  for (const key of Object.keys(properties)) {
    if (!Object.hasOwn(contract, key))
      disagree(
        [`${side}_state`, "properties", key],
        `${side}_contract has no key ${key}`,
        `leave ${side}_state out: it is derived`,
      );
  }
  const loose = new Set(notRequired(state, Object.keys(contract)));
  for (const key of Object.keys(contract)) {
    if (loose.has(key) === optional.has(key)) continue;
    const word = optional.has(key)
      ? "optional in one place and required in the other"
      : "required by the contract and not by the state";
    disagree([`${side}_state`, "required"], `${key} is ${word}`, `leave ${side}_state out: it is derived`);
  }
}
