import type { Fault } from "../../core/errors.ts";
import type { Plan } from "../../core/plan/model/plan.ts";
import { revisePlan, type Revision } from "../../core/plan/replan/revise-plan.ts";
import type { Served } from "../../core/registry/served.ts";
import type { Result } from "../../core/result.ts";
import type { RunState } from "../../core/run/model/state.ts";
import { nextPlan } from "../../core/run/reduce/next-plan.ts";
import { chooseTakers, type Choice } from "../../core/trigger/takers.ts";
import type { Trigger, TriggerRefusal } from "../../core/trigger/trigger.ts";
import type { RegistryCache } from "../registry/registry-cache.ts";
import type { Ground } from "./ground.ts";
import { PlanMemo } from "./plan-memo.ts";
import { planOperation, type Planned, type PlanRequest } from "./planning.ts";

/** What was made, and what it was made from. */
export interface Afresh<T, E> {
  readonly ground: Ground;
  readonly made: Result<T, E>;
}

/** How plans are made here: from the registry as this isolate knows it, of what this deployment executes. */
export class Planner {
  readonly #registry: RegistryCache;
  readonly #served: Served;
  readonly #background: (work: Promise<unknown>) => void;
  readonly #memo = new PlanMemo();

  /** @param background keeps work alive after the answer (waitUntil) */
  constructor(registry: RegistryCache, served: Served, background: (work: Promise<unknown>) => void) {
    this.#registry = registry;
    this.#served = served;
    this.#background = background;
  }

  /**
   * What plans are made from now. `atLeast` is a registry version the caller has seen; null for any. Rejects with
   * SERVICE_UNAVAILABLE when there is no registry.
   */
  async ground(tenant: string, atLeast: string | null = null): Promise<Ground> {
    return { snapshot: await this.#registry.snapshot(tenant, atLeast, this.#background), served: this.#served };
  }

  /**
   * Makes something from the ground at hand. A refusal that a newer registry could cure is given only if the newest one
   * refuses too, so a node that was registered a moment ago, anywhere, is never said to be missing.
   */
  async afresh<T, E>(
    tenant: string,
    make: (ground: Ground) => Result<T, E>,
    mayBeCured: (refusal: E) => boolean,
    atLeast: string | null = null,
  ): Promise<Afresh<T, E>> {
    const ground = await this.ground(tenant, atLeast);
    const made = make(ground);
    if (made.ok || !mayBeCured(made.error)) return { ground, made };
    const snapshot = await this.#registry.newer(tenant, ground.snapshot);
    if (!snapshot) return { ground, made };
    const newer = { ...ground, snapshot };
    return { ground: newer, made: make(newer) };
  }

  /** Another plan for a run whose steps have died. A node that was registered a moment ago can take over. */
  async replan(state: RunState): Promise<Result<Plan, Fault>> {
    const next = ({ snapshot, served }: Ground): Result<Plan, Fault> => nextPlan(state, snapshot, served);
    return (await this.afresh(state.header.tenant, next, always)).made;
  }

  /** A plan as it is to be run again. */
  async revise(tenant: string, original: Plan, revision: Revision, vouched: boolean): Promise<Result<Plan, Fault>> {
    const revised = ({ snapshot, served }: Ground): Result<Plan, Fault> =>
      revisePlan(original, revision, snapshot, served, vouched);
    return (await this.afresh(tenant, revised, isOfTheRegistry)).made;
  }

  /** Who takes a bus message. */
  takers(tenant: string, trigger: Trigger): Promise<Afresh<Choice, TriggerRefusal>> {
    return this.afresh(tenant, ({ snapshot, served }) => chooseTakers(trigger, snapshot, served), always);
  }

  /** The plan of an operation. Requests that differ in their values only are planned once. */
  plan(tenant: string, request: PlanRequest, atLeast: string | null): Promise<Afresh<Planned, Fault>> {
    return this.afresh(tenant, (ground) => planOperation(request, ground, this.#memo), isOfTheRegistry, atLeast);
  }
}

const always = (): boolean => true;

/** Whether a refusal to plan is about the nodes there are, and not about the request. */
const isOfTheRegistry = ({ code }: Fault): boolean =>
  code === "NODE_NOT_FOUND" || code === "HANDLER_NOT_FOUND" || code.startsWith("PLAN_");
