import type { Fault } from "../../errors.ts";
import { guardText, keyGuardsOf, mayProduce, type KeyGuards } from "../../registry/key-guards.ts";
import type { ContractKey, NodeDefinition } from "../../registry/node.ts";
import type { RegistrySnapshot } from "../../registry/snapshot.ts";
import type { Boundary, Source, StepId } from "../model/plan.ts";
import { planFault } from "../model/problem.ts";

/** What of a plan says who produces which key. */
export interface Guarded {
  readonly steps: readonly {
    readonly id: StepId;
    readonly node: Pick<NodeDefinition, "name" | "outputs">;
    readonly inputs: ReadonlyMap<ContractKey, Source>;
    readonly wishes: ReadonlyMap<ContractKey, Source>;
    readonly parent?: StepId;
  }[];
  readonly boundaries: readonly Boundary[];
  readonly given: readonly ContractKey[];
  readonly results: ReadonlyMap<ContractKey, Source>;
  /** Of the given keys those that steps of the run have made; whatever takes them is judged where they are made. */
  readonly made?: ReadonlySet<ContractKey>;
  readonly policy: { readonly allowGiven?: readonly ContractKey[] };
  readonly snapshot: RegistrySnapshot;
}

/**
 * PLAN_GUARDED_KEY when a plan would have a guarded key from anybody who may not produce it: from a step outside of the
 * nodes named, from the caller without the policy's leave, or under another name. Every plan passes here, however it was
 * made, so no way of planning can forget it. Null when all is well.
 */
export function guardedFault(plan: Guarded): Fault | null {
  const guards = keyGuardsOf(plan.snapshot);
  return guards.size === 0 ? null : new Inspection(plan, guards).fault();
}

class Inspection {
  readonly #plan: Guarded;
  readonly #guards: KeyGuards;
  readonly #boundaries: ReadonlyMap<StepId, Boundary>;

  constructor(plan: Guarded, guards: KeyGuards) {
    this.#plan = plan;
    this.#guards = guards;
    this.#boundaries = new Map(plan.boundaries.map((boundary) => [boundary.id, boundary]));
  }

  fault(): Fault | null {
    const { steps, given, made, results, policy } = this.#plan;
    for (const key of given) {
      if (!this.#guards.has(key) || made?.has(key) || policy.allowGiven?.includes(key)) continue;
      return this.#refusal(key, `${key} is given`, `given["${key}"]`, `; policy.allow_given lets it be given`);
    }
    for (const { id, node, inputs, wishes, parent } of steps) {
      for (const key of Object.keys(node.outputs)) {
        if (!this.#guards.has(key) || this.#isLicensed(key, node.name, parent)) continue;
        return this.#refusal(key, `step ${id} (${node.name}) gives ${key}`, `step ${id}`);
      }
      for (const [key, source] of [...inputs, ...wishes]) {
        if (!this.#guards.has(key) || this.#isLicensed(key, "", parent) || this.#isIt(key, source)) continue;
        return this.#refusal(key, `step ${id} takes ${named(source)} for ${key}`, `step ${id}: inputs["${key}"]`);
      }
    }
    for (const [key, source] of results) {
      if (!this.#guards.has(key) || this.#isIt(key, source)) continue;
      return this.#refusal(key, `the result ${key} is ${named(source)}`, `results["${key}"]`);
    }
    return null;
  }

  /** Whether the node, or a composite around it, may produce the key. */
  #isLicensed(key: ContractKey, name: string, parent: StepId | undefined): boolean {
    if (mayProduce(this.#guards, key, name)) return true;
    for (let around = parent; around !== undefined;) {
      const boundary = this.#boundaries.get(around);
      if (boundary && mayProduce(this.#guards, key, boundary.node)) return true;
      around = boundary?.parent ?? undefined;
    }
    return false;
  }

  /** Whether a source is a value of the key itself, or what a composite that may produce it puts out under its name. */
  #isIt(key: ContractKey, { step, key: from }: Source): boolean {
    if (from === key) return true;
    return this.#plan.boundaries.some(({ node, outputs }) => {
      const own = Object.hasOwn(outputs, key) ? outputs[key] : undefined;
      return own?.step === step && own.key === from && mayProduce(this.#guards, key, node);
    });
  }

  #refusal(key: ContractKey, what: string, place: string, more = ""): Fault {
    const guard = this.#guards.get(key);
    const who = guard ? guardText(guard) : "";
    const [first] = guard?.only ?? [];
    const hint = first === undefined ? "no node may produce it" : `have it from ${first}`;
    return planFault("guarded_key", `${what}, which is guarded: ${who}`, { place, hint: `${hint}${more}` });
  }
}

const named = ({ step, key }: Source): string => (step === null ? `the given ${key}` : `${step}.${key}`);
