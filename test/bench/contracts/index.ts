import { assignable } from "../../../src/core/schema/assignable.ts";
import { validate } from "../../../src/core/schema/validate/validate.ts";
import type { JsonSchema, JsonValue } from "../../../contracts/json/json.ts";
import { DECIDED, SPENT } from "../../support/hostile-contracts.ts";
import type { BenchOptions, BenchReport, BenchRow } from "../report.ts";

const DEFAULT_ROUNDS = 5;
/** No contract and value within the limits may hold an isolate longer. */
const MAX_MS = 100;

const ROW: JsonSchema = {
  type: "object",
  properties: { id: { type: "integer" }, name: { type: "string", pattern: "^[a-z]+$" }, price: { minimum: 0 } },
  required: ["id", "name"],
  additionalProperties: false,
};
/** What contracts ordinarily ask, and of what. */
const ORDINARY: readonly (readonly [name: string, schema: JsonSchema, value: JsonValue])[] = [
  ["one number", { type: "object", properties: { n: { type: "number" } }, required: ["n"] }, { n: 1 }],
  ["a row of three", ROW, { id: 1, name: "tide", price: 2.5 }],
  ["100 rows of three", { items: ROW }, Array.from({ length: 100 }, (_, id) => ({ id, name: "tide", price: 2.5 }))],
];
const PASSES = 20_000;

/** The longest that hostile contracts hold whoever judges by them, and what ordinary ones cost. */
export async function run({ rounds, log }: BenchOptions): Promise<BenchReport> {
  const count = rounds ?? DEFAULT_ROUNDS;
  const hostile = [...DECIDED, ...SPENT].map(([name, schema, value]): BenchRow => {
    log(name);
    // A schema that nobody has met is the slowest: what was made ready is kept with the object.
    const fresh = Array.from({ length: count }, () => structuredClone(schema));
    return row(
      name,
      "longest",
      least(fresh, (one) => validate(one, value)),
      "ms",
    );
  });
  const compared = DECIDED.flatMap(([, from]) => SPENT.map(([, to]) => [from, to] as const));
  log("comparing schemas");
  const comparing = Math.max(
    ...compared.map(([from, to]) =>
      least(
        Array.from({ length: Math.min(count, 2) }, () => [structuredClone(from), structuredClone(to)] as const),
        (pair) => assignable(...pair),
      ),
    ),
  );
  const ordinary = ORDINARY.map(([name, schema, value]) => {
    const ms = least(Array.from({ length: count }), () => {
      for (let i = 0; i < PASSES; i++) validate(schema, value);
    });
    return row(name, "one validation", (ms / PASSES) * 1_000, "µs");
  });
  const longest = Math.max(comparing, ...hostile.map(({ value }) => value));
  return {
    bench: "contracts",
    rows: [...hostile, row(`${compared.length} pairs of schemas`, "longest", comparing, "ms"), ...ordinary],
    targets: [
      {
        name: "no contract and value hold an isolate longer",
        target: `< ${MAX_MS} ms`,
        value: longest,
        met: longest < MAX_MS,
      },
    ],
    notes: [`CPU time of the thread, the best of ${count} rounds a case, each with a schema that was not met before.`],
  };
}

const row = (name: string, metric: string, value: number, unit: string): BenchRow => ({
  case: name,
  metric,
  value,
  unit,
});

/** Milliseconds that this thread has worked: what others do on the machine meanwhile is not in it. */
function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** The least time a case takes. */
function least<T>(inputs: readonly T[], judge: (input: T) => unknown): number {
  let best = Infinity;
  for (const input of inputs) {
    const start = worked();
    judge(input);
    best = Math.min(best, worked() - start);
  }
  return best;
}
