import { fault, type Fault } from "../../errors.ts";
import { planIndex } from "../../plan/model/plan-index.ts";
import { err, ok, type Result } from "../../result.ts";
import { quoted } from "../../text/clip.ts";
import type { RunState, StepState } from "../model/state.ts";
import { triedStates } from "../model/tried-steps.ts";
import { isRef, type StoredValue } from "../model/value.ts";

/** What stands for the given values where a step is named; no step has this name. */
export const GIVEN = "-";
/** The same in words, wherever the plan has no step that is called so. */
export const GIVEN_WORD = "given";

/** Where a value of a run can be read. */
export interface ValueLink {
  readonly key: string;
  /** A path of the gateway. */
  readonly href: string;
  /** The size and the SHA-256 of its JSON, of values that are kept outside of the run's record. */
  readonly bytes?: number;
  readonly sha256?: string;
}

/** A value of a run: what a step gave, or what the run was given. VALUE_NOT_FOUND says what there is instead. */
export function valueAt(state: RunState, step: string, key: string): Result<StoredValue, Fault> {
  const values = valuesOf(state, step);
  const id = state.header.id;
  if (values === null) {
    const steps = state.plan.steps.slice(0, 20).map((one) => one.id);
    const hint = `its steps are ${steps.join(", ")}; '${GIVEN_WORD}' stands for what it was given`;
    return err(fault("VALUE_NOT_FOUND", `run '${id}' has no step ${quoted(step)}`, { place: "path step", hint }));
  }
  const value = Object.hasOwn(values, key) ? values[key] : undefined;
  if (value) return ok(value);
  const known = Object.keys(values).slice(0, 20).join(", ") || "nothing";
  const whose = isGiven(state, step) ? `run '${id}' was not given` : `step ${quoted(step)} has not given`;
  const hint = isGiven(state, step) ? `it was given ${known}` : `it has given ${known}`;
  return err(fault("VALUE_NOT_FOUND", `${whose} ${quoted(key)}`, { place: "path key", hint }));
}

/** Links to values of a step, or to the given ones for null. */
export function valueLinks(
  { header, plan }: Pick<RunState, "header" | "plan">,
  step: string | null,
  values: Readonly<Record<string, StoredValue>>,
): readonly ValueLink[] {
  const part = step ?? (isGiven({ plan }, GIVEN_WORD) ? GIVEN_WORD : GIVEN);
  const base = `/v1/runs/${header.id}/values/${encodeURIComponent(part)}`;
  return Object.entries(values).map(([key, value]) => ({
    key,
    href: `${base}/${encodeURIComponent(key)}`,
    ...(isRef(value) ? { bytes: value.ref.bytes, sha256: value.ref.sha256 } : {}),
  }));
}

/** What a step gave; nothing for one that gave nothing. */
export const givenBy = ({ outcome }: Pick<StepState, "outcome">): Readonly<Record<string, StoredValue>> =>
  outcome?.ok ? outcome.outputs : {};

const isGiven = ({ plan }: Pick<RunState, "plan">, step: string): boolean =>
  step === GIVEN || (step === GIVEN_WORD && !planIndex(plan).stepById.has(GIVEN_WORD));

/** Of the plan's own step before one of that name that has left it. Null when there never was one. */
function valuesOf(state: RunState, step: string): Readonly<Record<string, StoredValue>> | null {
  if (isGiven(state, step)) return state.given;
  if (!planIndex(state.plan).stepById.has(step)) {
    const left = state.replaced?.findLast((one) => one.step.id === step);
    return left ? givenBy(left.state) : null;
  }
  const own = triedStates(state).find(({ id }) => id === step);
  return own ? givenBy(own) : {};
}
