import { planIndex } from "../../../src/core/plan/model/plan-index.ts";
import type { Source } from "../../../src/core/plan/model/plan.ts";
import { textHash } from "../../../src/core/run/model/hash.ts";
import type { RunState, StepState } from "../../../src/core/run/model/state.ts";
import { isRef, type StoredValue } from "../../../src/core/run/model/value.ts";
import { computed } from "../nodes.ts";
import { CACHE_TTL_MS, type SimNode } from "../sim-node.ts";
import type { Timeline } from "../timeline.ts";
import { SKEW_MS, type ChangeWitness } from "./commits.ts";
import type { Findings } from "./findings.ts";

/** Works out anew whatever a run took from the cache, and asks how old it was. */
export class CachedAudit implements ChangeWitness {
  readonly #findings: Findings;
  readonly #timeline: Timeline;
  readonly #nodes: ReadonlyMap<string, SimNode>;

  constructor(findings: Findings, timeline: Timeline, nodes: readonly SimNode[]) {
    this.#findings = findings;
    this.#timeline = timeline;
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
  }

  changed(before: RunState | null, after: RunState): void {
    const known = new Set(before ? cachedSteps(before).map(({ id }) => id) : []);
    for (const step of cachedSteps(after)) if (!known.has(step.id)) this.#look(after, step);
  }

  #look(state: RunState, { id, outcome, attempts }: StepState): void {
    // A repeated run begins with what the first one came to.
    if (!outcome?.ok || !outcome.hit || attempts.length === 0) return;
    const place = `step ${id} of run ${state.header.id}, cached by run ${outcome.hit.runId}`;
    const age = this.#timeline.now - outcome.hit.madeAt;
    if (age > CACHE_TTL_MS + 2 * SKEW_MS) this.#findings.add("cached", `${place}: ${age} ms old`);
    if (outcome.hit.runId === state.header.id) return this.#findings.add("cached", `${place}: by itself`);
    for (const [key, value] of Object.entries(outcome.outputs)) {
      const right = this.#value(state, { step: id, key });
      if (right !== null && !isText(value, right)) this.#findings.add("cached", `${place}: not what it would come to`);
    }
  }

  /** What a value of the run is when every compute node is asked again; null for what cannot be said. */
  #value(state: RunState, { step, key }: Source): string | null {
    if (step === null) return textOf(state.given[key]);
    const planned = planIndex(state.plan).stepById.get(step);
    const node = this.#nodes.get(planned?.node ?? "");
    if (!planned || !node || node.effect) return null;
    const input: Record<string, string> = {};
    for (const [name, source] of Object.entries(planned.inputs)) {
      const value = this.#value(state, source) ?? textOf(outputOf(state, source));
      if (value === null) return null;
      input[name] = value;
    }
    return computed(node, planned.version, input);
  }
}

const cachedSteps = ({ segments }: RunState): readonly StepState[] =>
  [...segments.values()].flatMap(({ steps }) => steps.filter(({ status }) => status === "cached"));

function outputOf(state: RunState, { step, key }: Source): StoredValue | undefined {
  const segment = state.segments.get(planIndex(state.plan).segmentOf.get(step ?? "") ?? "");
  const outcome = segment?.steps.find(({ id }) => id === step)?.outcome;
  return outcome?.ok ? outcome.outputs[key] : undefined;
}

const textOf = (value: StoredValue | undefined): string | null =>
  value && !isRef(value) && typeof value.v === "string" ? value.v : null;

const isText = (value: StoredValue, right: string): boolean =>
  isRef(value) ? value.ref.sha256 === textHash(JSON.stringify(right)) : value.v === right;
