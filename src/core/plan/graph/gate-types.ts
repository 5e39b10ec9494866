import { isList } from "../../../../contracts/json/narrow.ts";
import type { JsonSchema, JsonValue } from "../../../../contracts/json/json.ts";
import type { Fault } from "../../errors.ts";
import { ITEM, typeOf, typesAt, type JsonType, type Types } from "../../schema/types-at.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { pointerParts, valueAt } from "../model/gate-holds.ts";
import type { Gate, GateTest } from "../model/gate.ts";
import type { Plan, Source } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/**
 * What is wrong with conditions whose answer is known before anything runs: they compare different types, or order what
 * has no order. `given` tells what is known of a given key: the schemas its value must satisfy.
 */
export function gateTypeFaults(
  steps: readonly DraftStep[],
  given: (key: string) => readonly JsonSchema[],
): readonly Fault[] {
  if (!steps.some(({ when }) => when !== undefined)) return [];
  const nodes = new Map(steps.map(({ id, node }) => [id, node]));
  const schemasOf = ({ step, key }: Source): readonly JsonSchema[] => {
    const schema = step === null ? undefined : nodes.get(step)?.outputs[key];
    return step === null ? given(key) : schema === undefined ? [] : [schema];
  };
  return steps.flatMap(({ when }, i) =>
    when === undefined
      ? []
      : testsIn(when, `steps[${i}].when`).flatMap(({ test, place }) => {
          const { value, path, op, than } = test;
          const parts = pointerParts(path);
          for (const schema of schemasOf(value)) {
            const misfit = misfitOf(op, than, typesAt(schema, parts), () => typesAt(schema, [...parts, ITEM]));
            if (misfit !== null) return [gateFault(test, place, misfit)];
          }
          return [];
        }),
  );
}

/**
 * The same for given values that are there: a plan's conditions ask about them. Null stands for no value. Where another
 * condition asks about the same place as what it is, the author knows that it may be several things.
 */
export function givenGateFault(plan: Plan, given: Readonly<Record<string, JsonValue>>): Fault | null {
  const asked = plan.steps.flatMap(({ id, when }) => (when === undefined ? [] : testsIn(when, `step ${id}: when`)));
  const misfits = asked.flatMap(({ test, place }) => {
    const { value, path, op, than } = test;
    const found = value.step === null ? (valueAt(given[value.key], path) ?? null) : null;
    if (found === null) return [];
    const items = isList(found) ? new Set(found.map(typeOf)) : NOTHING;
    const misfit = misfitOf(op, than, new Set([typeOf(found)]), () => (items.size === 0 ? null : items));
    const isTelling = misfit !== null || (op !== "exists" && than !== null);
    return isTelling
      ? [{ at: JSON.stringify([value.key, path]), fault: misfit && gateFault(test, place, misfit) }]
      : [];
  });
  for (const told of Map.groupBy(misfits, ({ at }) => at).values()) {
    const [first] = told;
    if (first?.fault && told.every(({ fault }) => fault !== null)) return first.fault;
  }
  return null;
}

const NOTHING: Types = new Set();

interface PlacedTest {
  readonly test: GateTest;
  readonly place: string;
}

/** Recursion is bounded: gates deeper than MAX_GATE_DEPTH are refused before they get here. */
function testsIn(gate: Gate, place: string): readonly PlacedTest[] {
  if ("test" in gate) return [{ test: gate.test, place }];
  if ("not" in gate) return testsIn(gate.not, `${place}.not`);
  return "all" in gate
    ? gate.all.flatMap((part, i) => testsIn(part, `${place}.all[${i}]`))
    : gate.any.flatMap((part, i) => testsIn(part, `${place}.any[${i}]`));
}

function gateFault({ value, path }: GateTest, place: string, misfit: string): Fault {
  const what = `${value.step === null ? "" : `${value.step}.`}${value.key}${path}`;
  return planFault("invalid_gate", `${what} ${misfit}`, {
    place,
    hint: "compare it with something of its own type",
  });
}

/** Why a test's answer does not depend on the value; null when it does. `items` are the types a list there may hold. */
function misfitOf(
  op: GateTest["op"],
  than: GateTest["than"],
  types: Types,
  items: () => ReadonlySet<JsonType> | null,
): string | null {
  // Nothing is ever there: nothing is compared.
  if (types.size === 0) return null;
  const among = (allowed: Types, value: JsonValue): boolean => value === null || allowed.has(typeOf(value));
  switch (op) {
    case "exists":
      return null;
    case "eq":
    case "ne":
      return among(types, than) ? null : `is ${named(types)}, and is compared with ${aNamed(typeOf(than))}`;
    case "lt":
    case "lte":
    case "gt":
    case "gte":
      if (!types.has("number") && !types.has("string")) return `is ${named(types)}, which has no order`;
      return among(types, than) ? null : `is ${named(types)}, and is compared with ${aNamed(typeOf(than))}`;
    case "in": {
      const stray = (isList(than) ? than : []).find((item) => !among(types, item));
      return stray === undefined ? null : `is ${named(types)}, and is looked for among ${aNamed(typeOf(stray))}`;
    }
    case "contains":
      return misfitOfContent(than, types, items);
  }
}

function misfitOfContent(
  than: GateTest["than"],
  types: Types,
  items: () => ReadonlySet<JsonType> | null,
): string | null {
  if (!types.has("string") && !types.has("array")) return `is ${named(types)}, which contains nothing`;
  if (types.has("string") && typeof than === "string") return null;
  if (!types.has("array")) return `is text, and cannot contain ${aNamed(typeOf(than))}`;
  const held = items();
  return held === null || than === null || held.has(typeOf(than))
    ? null
    : `holds ${named(held)}, and cannot contain ${aNamed(typeOf(than))}`;
}

const NAMES: Readonly<Record<JsonType, string>> = {
  null: "null",
  boolean: "a boolean",
  number: "a number",
  string: "text",
  array: "a list",
  object: "an object",
};

const aNamed = (type: JsonType): string => NAMES[type];
const named = (types: Iterable<JsonType>): string => [...types].map(aNamed).join(" or ");
