import { z } from "zod";
import { anyJson } from "../json/any-json.ts";
import { contractKey } from "../json/json.ts";
import { policy, policyWire } from "./policy.ts";

/** The given values of a run by contract key, or only their names where nothing is to be run. */
export const givenWire = z.union([z.record(contractKey, anyJson("A given value.")), z.array(contractKey).max(10_000)]);

/** A goal as it travels: `{want: ["metadata.report"], given: {"document.text": "…"}, policy: {…}}`. */
export const goalWire = z
  .strictObject({
    want: z.array(contractKey).min(1).max(1_000).describe("Contract keys to produce."),
    given: givenWire.default({}).describe("Values by contract key; a list of keys is enough to plan without running."),
    policy: policyWire.prefault({}),
  })
  .describe("Contract keys wanted, contract keys given, and a policy.");

export type GoalInput = z.input<typeof goalWire>;

/** The goal with the planner's names; `values` holds what was given with a value. */
export const goal = goalWire.extend({ policy: policy.prefault({}) }).transform((wire) => ({
  want: wire.want,
  given: givenKeys(wire.given),
  values: givenValues(wire.given),
  policy: wire.policy,
}));

/** The names of the given values. */
export const givenKeys = (given: z.infer<typeof givenWire>): readonly string[] =>
  Array.isArray(given) ? given : Object.keys(given);

/** The given values; null when only names were given. */
export const givenValues = (given: z.infer<typeof givenWire>) => (Array.isArray(given) ? null : given);
