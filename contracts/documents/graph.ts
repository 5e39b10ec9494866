import { isObject } from "../json/narrow.ts";
import { z } from "zod";
import { givenKeys, givenValues, givenWire } from "./goal.ts";
import { contractKey, nodeName } from "../json/json.ts";
import { policy, policyWire } from "./policy.ts";

/** A step's id within its graph. No dots: they part it from an output key. */
export const stepId = z
  .string()
  .max(200)
  .regex(/^[A-Za-z_][A-Za-z0-9_/-]*$/, "a step id is letters, digits, underscores and dashes, starting with a letter");

/** `step.output_key`, a given key, or spelt out as {step, key}; step null means given. */
export const graphSource = z.union(
  [z.string().min(1).max(400), z.strictObject({ step: stepId.nullable(), key: contractKey })],
  { error: "step.output_key, a given key, or {step, key} is required" },
);
export type GraphSourceWire = z.infer<typeof graphSource>;

const scalar = z.union([z.string().max(10_000), z.number(), z.boolean(), z.null()]);
const operand = z.union([scalar, z.array(scalar).max(1_000)]);

const OPERATORS = ["exists", "eq", "ne", "lt", "lte", "gt", "gte", "in", "contains"] as const;

/** A condition as it travels: one test, or `all`, `any`, `not` of conditions. */
export type GateWire =
  | {
      readonly value: GraphSourceWire;
      readonly path: string;
      readonly op: (typeof OPERATORS)[number];
      readonly than: z.infer<typeof operand>;
    }
  | { readonly all: readonly GateWire[] }
  | { readonly any: readonly GateWire[] }
  | { readonly not: GateWire };

const gateTest = z.strictObject({
  value: graphSource.describe("The output asked about."),
  path: z
    .string()
    .max(1_000)
    .regex(/^(\/([^~/]|~[01])*)*$/, "a JSON Pointer such as /valid or /items/0")
    .default("")
    .describe("JSON Pointer (RFC 6901) into the value."),
  op: z.enum(OPERATORS).default("exists"),
  than: operand.default(null).describe("What the value is compared with."),
});

const gateBranch: z.ZodType<GateWire, unknown> = z.lazy(() =>
  z.union(
    [
      gateTest,
      z.strictObject({ all: z.array(gateBranch).min(1).max(100) }),
      z.strictObject({ any: z.array(gateBranch).min(1).max(100) }),
      z.strictObject({ not: gateBranch }),
    ],
    {
      error: `a condition is {value, path, op, than}, {all}, {any} or {not}, and its op is one of ${OPERATORS.join(", ")}`,
    },
  ),
);

/** Conditions nest at most this deep. */
const MAX_GATE_DEPTH = 16;

/** The wire schema of conditions. Depth is measured first and without recursion, so no input can exhaust the stack. */
export const gateWire = z
  .unknown()
  .refine(
    (value) => !isDeeperThan(value, 2 * MAX_GATE_DEPTH + 2),
    `a condition is nested at most ${MAX_GATE_DEPTH} deep`,
  )
  .pipe(gateBranch);

function isDeeperThan(value: unknown, limit: number): boolean {
  let layer: unknown[] = [value];
  for (let depth = 0; depth <= limit && layer.length > 0; depth++) {
    layer = layer.flatMap((item) => (Array.isArray(item) || isObject(item) ? Object.values<unknown>(item) : []));
  }
  return layer.length > 0;
}

/** One step of an explicit graph. */
export const graphStepWire = z.strictObject({
  id: stepId,
  node: nodeName,
  version: z.string().max(100).optional().describe("Semantic version range."),
  after: z.array(stepId).max(10_000).optional().describe("Steps that must have ended first."),
  inputs: z.record(contractKey, graphSource).optional().describe("Input key to step.output_key or a given key."),
  when: gateWire.optional().describe("The step runs only when this holds."),
});

/** An explicit graph as it travels. */
export const graphWire = z
  .strictObject({
    steps: z.array(graphStepWire).min(1).max(20_000),
    want: z
      .array(z.string().min(1).max(400))
      .max(10_000)
      .optional()
      .describe("step.output_key or a key; default: all unused outputs."),
    given: givenWire.default({}),
    policy: policyWire.prefault({}),
  })
  .describe("A DAG written out: which nodes, in which order, with which values.");

export type GraphInput = z.input<typeof graphWire>;

/** A condition in the planner's form, its values still as written. */
export type GateRead =
  | { readonly test: Extract<GateWire, { value: unknown }> }
  | { readonly all: readonly GateRead[] }
  | { readonly any: readonly GateRead[] }
  | { readonly not: GateRead };

/** From the wire's form of a condition to the planner's. */
export function readGate(wire: GateWire): GateRead {
  if ("value" in wire) return { test: wire };
  if ("not" in wire) return { not: readGate(wire.not) };
  return "all" in wire ? { all: wire.all.map(readGate) } : { any: wire.any.map(readGate) };
}

/** A step with the planner's names. */
export const readStep = ({ when, ...step }: z.infer<typeof graphStepWire>) => ({
  ...withoutUndefined(step),
  ...(when ? { when: readGate(when) } : {}),
});

/** The graph with the planner's names: `graph` for planGraph, `values` for the run (null when only names were given). */
export const graph = graphWire
  .extend({ policy: policy.prefault({}) })
  .transform(({ steps, want, given, policy: rules }) => ({
    graph: {
      steps: steps.map(readStep),
      given: givenKeys(given),
      ...(want ? { want } : {}),
    },
    values: givenValues(given),
    policy: rules,
  }));

type Step = Omit<z.infer<typeof graphStepWire>, "when">;
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Optional fields that are absent rather than undefined, as exactOptionalPropertyTypes asks. */
function withoutUndefined({ id, node, version, after, inputs }: Step): Defined<Step> {
  return { id, node, ...(version ? { version } : {}), ...(after ? { after } : {}), ...(inputs ? { inputs } : {}) };
}

/** The body of a composite node: its given keys are the composite's inputs. */
export const compositeWire = z
  .strictObject({
    steps: z.array(graphStepWire).min(1).max(1_000),
    outputs: z
      .record(contractKey, graphSource)
      .default({})
      .describe("Output key to step.output_key; a key left out is the output of the last step that yields it."),
  })
  .describe("A node whose body is a graph.");

/** The body of a composite with the planner's names. */
export const composite = compositeWire.transform(({ steps, outputs }) => ({
  steps: steps.map(readStep),
  outputs,
}));
