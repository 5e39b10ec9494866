import type { Fault } from "../../errors.ts";
import type { ContractKey, InputPort } from "../../registry/node.ts";
import { err, ok, type Result } from "../../result.ts";
import type { DraftStep } from "../model/draft-step.ts";
import { gateSources } from "../model/gate-sources.ts";
import { Links } from "./links.ts";
import { suggestion } from "../model/nearest.ts";
import type { Source } from "../model/plan.ts";
import { gatherFaults, planFault } from "../model/problem.ts";
import type { ReadStep } from "./read-graph.ts";
import type { Shapes } from "../search/shapes.ts";

/** Steps visited while looking for earlier producers, over the whole graph. */
const MAX_VISITS = 5_000_000;
/** More faults than this help nobody. */
const MAX_FAULTS = 100;
const NONE: ReadonlySet<number> = new Set();
const UNBOUND: ReadonlyMap<ContractKey, Source> = new Map();
const CONVERT = "convert the value in a step between them, or take it from another step";

/** What binding by name came to, and the optional inputs it left alone. */
export interface BoundGraph {
  readonly steps: readonly DraftStep[];
  readonly notes: readonly string[];
}

/**
 * Binds the inputs a graph's author left out, by the name of the key:
 * 1. one step yields it, and it is not given: that step; no step yields it: the given value;
 * 2. otherwise the last step before this one that yields it, going back along the edges there are;
 * 3. otherwise the given value, or the only step not waiting for this one, when nothing else comes into question.
 * Anything else is ambiguous: an optional input then takes the given value or stays unbound, a required one is refused.
 */
export function bindGraph(
  steps: readonly ReadStep[],
  given: ReadonlySet<ContractKey>,
  shapes: Shapes,
): Result<BoundGraph, Fault> {
  const binder = new Binder(steps, given, shapes);
  binder.bindWritten();
  binder.bindObvious();
  binder.bindRest();
  const [first, ...rest] = binder.faults;
  if (first) return err(gatherFaults([first, ...rest]));
  return ok({ steps: steps.map((step, i) => binder.draft(step, i)), notes: binder.notes });
}

interface Question {
  readonly step: number;
  readonly key: ContractKey;
  readonly port: InputPort;
}

class Binder {
  readonly faults: Fault[] = [];
  readonly notes: string[] = [];
  readonly #steps: readonly ReadStep[];
  readonly #given: ReadonlySet<ContractKey>;
  readonly #shapes: Shapes;
  /** Made when the first question is decided: most graphs have none. */
  #links: Links | null = null;
  readonly #placeOf: ReadonlyMap<string, number>;
  readonly #yielders = new Map<ContractKey, Set<number>>();
  /** The author's own map until something is bound to the step. */
  readonly #inputs: ReadonlyMap<ContractKey, Source>[];
  /** Of the steps that have any. */
  readonly #wishes = new Map<number, Map<ContractKey, Source>>();
  readonly #open: Question[] = [];

  constructor(steps: readonly ReadStep[], given: ReadonlySet<ContractKey>, shapes: Shapes) {
    this.#steps = steps;
    this.#given = given;
    this.#shapes = shapes;
    this.#placeOf = new Map(steps.map(({ id }, i) => [id, i]));
    this.#inputs = steps.map(({ inputs }) => inputs);
    steps.forEach(({ node }, i) => {
      for (const key of Object.keys(node.outputs)) {
        const set = this.#yielders.get(key);
        if (set) set.add(i);
        else this.#yielders.set(key, new Set([i]));
      }
    });
  }

  /** Checks that the values of the edges the author wrote fit. */
  bindWritten(): void {
    this.#steps.forEach((step, i) => {
      for (const [key, source] of step.inputs) {
        const misfit = this.#misfit(i, key, source);
        if (misfit !== null) this.#refuse("incompatible_input", i, key, misfit, CONVERT);
      }
    });
  }

  bindObvious(): void {
    this.#steps.forEach(({ node, exact }, step) => {
      for (const [key, port] of Object.entries(node.inputs)) {
        if (this.#inputs[step]?.has(key) || (exact && port.optional)) continue;
        const others = this.#yielders.get(key) ?? NONE;
        const isGiven = this.#given.has(key);
        const [only] = others.size === 1 && !others.has(step) ? others : [];
        if (others.size === 0 && isGiven) this.#bind(step, key, null);
        else if (only !== undefined && !isGiven && this.#fits(step, key, only)) this.#bindTo(step, key, port, only);
        else if (others.size > 0) this.#open.push({ step, key, port });
        else if (!port.optional) this.#unbound(step, key);
      }
    });
  }

  bindRest(): void {
    for (const question of this.#open) {
      if (this.faults.length >= MAX_FAULTS) return;
      this.#decide(question);
    }
    if (!this.#links?.exhausted) return;
    this.faults.unshift(
      planFault("max_bindings", "too many inputs could come from too many steps", {
        place: "steps",
        hint: "name the source of inputs whose key several steps yield",
      }),
    );
  }

  draft({ id, node, after, when, parent }: ReadStep, place: number): DraftStep {
    const inputs = this.#inputs[place] ?? UNBOUND;
    const wishes = this.#wishes.get(place) ?? UNBOUND;
    const unchecked: ContractKey[] = [];
    for (const sources of [inputs, wishes]) {
      for (const [key, source] of sources) if (this.#fitOf(place, key, source) === "unknown") unchecked.push(key);
    }
    return {
      ...{ id, node, inputs, wishes, after, unchecked },
      ...(when === undefined ? {} : { when }),
      ...(parent === undefined ? {} : { parent }),
    };
  }

  #decide({ step, key, port }: Question): void {
    const yielders = this.#yielders.get(key) ?? NONE;
    const serves = (other: number): boolean => other !== step && yielders.has(other) && this.#fits(step, key, other);
    const links = this.#linked();
    const before = links.latest(links.nearestBefore(step, serves));
    const [nearest] = before;
    if (nearest !== undefined && before.length === 1) return this.#bindTo(step, key, port, nearest);
    const rest = before.length > 0 ? before : this.#unrelated(step, yielders, serves);
    const isGiven = this.#given.has(key);
    const [only] = rest;
    if (only === undefined) {
      if (isGiven) this.#bind(step, key, null);
      else if (!port.optional) this.#unbound(step, key);
      return;
    }
    if (rest.length === 1 && !isGiven) return this.#bindTo(step, key, port, only);
    if (port.optional) {
      if (isGiven) this.#bind(step, key, null);
      else
        this.notes.push(
          `optional input ${key} of step ${this.#id(step)} is unbound: ${this.#names(rest)} all yield it`,
        );
      return;
    }
    const sources = isGiven ? `${this.#names(rest)} and the given value` : this.#names(rest);
    this.#refuse(
      "ambiguous_input",
      step,
      key,
      `${key} could come from ${sources}`,
      `name one: inputs: {"${key}": "${this.#id(only)}.${key}"}`,
    );
  }

  /** Steps that serve and do not wait for this one. */
  #unrelated(step: number, yielders: ReadonlySet<number>, serves: (other: number) => boolean): readonly number[] {
    const links = this.#linked();
    links.spend(yielders.size);
    if (links.exhausted) return [];
    const later = links.descendants(step);
    return [...yielders].filter((other) => !later.has(other) && serves(other));
  }

  #bindTo(step: number, key: ContractKey, port: InputPort, from: number): void {
    const source = { step: this.#id(from), key };
    if (port.optional) {
      const known = this.#wishes.get(step);
      if (known) known.set(key, source);
      else this.#wishes.set(step, new Map([[key, source]]));
      return;
    }
    this.#take(step, key, source);
    this.#links?.add(from, step);
  }

  #bind(step: number, key: ContractKey, from: null): void {
    this.#take(step, key, { step: from, key });
  }

  #take(step: number, key: ContractKey, source: Source): void {
    this.#inputs[step] = new Map(this.#inputs[step]).set(key, source);
  }

  /** Who waits for whom as far as that is known: what the author wrote, and what was bound since. */
  #linked(): Links {
    if (this.#links) return this.#links;
    const links = new Links(this.#steps.length, MAX_VISITS);
    const add = (from: string | null, to: number): void => {
      const place = from === null ? undefined : this.#placeOf.get(from);
      if (place !== undefined) links.add(place, to);
    };
    this.#steps.forEach((step, i) => {
      for (const id of step.after) add(id, i);
      for (const { step: id } of step.when ? gateSources(step.when) : []) add(id, i);
      for (const source of step.inputs.values()) add(source.step, i);
    });
    this.#steps.forEach((step, i) => {
      for (const [key, source] of this.#inputs[i] ?? UNBOUND) if (!step.inputs.has(key)) add(source.step, i);
    });
    this.#links = links;
    return links;
  }

  #fits(step: number, key: ContractKey, from: number): boolean {
    const fit = this.#fitOf(step, key, { step: this.#id(from), key });
    return fit === "yes" || (fit === "unknown" && this.#steps[step]?.node.inputs[key]?.optional === false);
  }

  #fitOf(step: number, key: ContractKey, source: Source): "yes" | "no" | "unknown" {
    const [output, port] = this.#ends(step, key, source);
    return output && port ? this.#shapes.fit(output, port.schema).fit : "yes";
  }

  #misfit(step: number, key: ContractKey, source: Source): string | null {
    const [output, port] = this.#ends(step, key, source);
    const verdict = output && port ? this.#shapes.fit(output, port.schema) : null;
    return verdict?.fit === "no"
      ? `${source.step}.${source.key} does not fit ${key} at ${verdict.place}: ${verdict.reason}`
      : null;
  }

  #ends(step: number, key: ContractKey, source: Source) {
    const from = source.step === null ? undefined : this.#steps[this.#placeOf.get(source.step) ?? -1];
    return [from?.node.outputs[source.key], this.#steps[step]?.node.inputs[key]] as const;
  }

  #unbound(step: number, key: ContractKey): void {
    for (const other of this.#yielders.get(key) ?? NONE) {
      const misfit = other === step ? null : this.#misfit(step, key, { step: this.#id(other), key });
      if (misfit !== null) return this.#refuse("incompatible_input", step, key, misfit, CONVERT);
    }
    const known = [...this.#given, ...this.#yielders.keys()];
    this.#refuse(
      "unbound_input",
      step,
      key,
      `nothing gives step ${this.#id(step)} its input ${key}`,
      `give it, add a step that yields it, or bind it to another value${suggestion(key, known)}`,
    );
  }

  #refuse(
    problem: "unbound_input" | "ambiguous_input" | "incompatible_input",
    step: number,
    key: ContractKey,
    message: string,
    hint: string,
  ): void {
    this.faults.push(planFault(problem, message, { place: `steps[${step}].inputs["${key}"]`, hint }));
  }

  #names(steps: readonly number[]): string {
    const shown = steps.slice(0, 5).map((step) => this.#id(step));
    return steps.length > 5 ? `${shown.join(", ")} and ${steps.length - 5} more steps` : shown.join(", ");
  }

  #id(step: number): string {
    return this.#steps[step]?.id ?? "";
  }
}
