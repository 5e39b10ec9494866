import fc from "fast-check";
import type { WorkItemWire } from "../../../contracts/api/pools.ts";
import { workItemIdOf } from "../../../src/core/pool/work-item.ts";
import type { PoolPorts } from "../../../src/app/pools/pool.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { CALL } from "../../support/call.ts";
import { poolWorld, pythonNode, type PoolWorld } from "../../support/pool-world.ts";

/** What can happen between runners, their pool and the rings. */
export type Happening =
  | { readonly kind: "start" | "deliver" | "evict" }
  | { readonly kind: "lease"; readonly runner: number; readonly most: number }
  | { readonly kind: "answer" | "fail"; readonly runner: number; readonly item: number }
  /** Whatever was ever leased is answered, perhaps for the second time, perhaps by a runner that is dead. */
  | { readonly kind: "late"; readonly item: number }
  | { readonly kind: "beat" | "die" | "give back"; readonly runner: number }
  | { readonly kind: "cancel"; readonly run: number }
  | { readonly kind: "wait"; readonly ms: number };

/** A mistake somebody could make, planted in an otherwise right system. */
export interface PoolBug {
  readonly name: string;
  readonly ports?: (ports: MemoryPorts) => MemoryPorts;
  readonly book?: PoolPorts["book"];
}

const RUNNERS = 3;
const small = fc.nat(7);
const runner = fc.nat(RUNNERS - 1);
const kinds = <K extends string>(...all: readonly K[]) => fc.constantFrom(...all);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: kinds("start", "deliver", "deliver", "evict") }) },
  { weight: 4, arbitrary: fc.record({ kind: kinds("lease"), runner, most: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds("answer", "fail"), runner, item: small }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds("late"), item: small }) },
  { weight: 3, arbitrary: fc.record({ kind: kinds("beat", "die", "give back"), runner }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds("cancel"), run: small }) },
  { weight: 2, arbitrary: fc.record({ kind: kinds("wait"), ms: fc.constantFrom(500, 5_000, 16_000, 61_000) }) },
);

export const happenings: fc.Arbitrary<readonly Happening[]> = fc.array(happening, { minLength: 5, maxLength: 40 });

/** Lives through it all, and says what was wrong. */
export async function live(steps: readonly Happening[], bug: PoolBug = { name: "none" }): Promise<readonly string[]> {
  const campaign = new Campaign(await poolWorld([pythonNode("shout")], bug.ports, bug.book));
  for (const step of steps) await campaign.happen(step);
  return campaign.finish();
}

class Campaign {
  readonly #world: PoolWorld;
  readonly #runs: string[] = [];
  readonly #cancelled = new Set<string>();
  readonly #ended = new Set<string>();
  readonly #held = new Map<number, WorkItemWire[]>();
  readonly #everLeased: WorkItemWire[] = [];
  /** Run → the values that were taken as its answer. */
  readonly #taken = new Map<string, string[]>();
  readonly #findings: string[] = [];
  #values = 0;

  constructor(world: PoolWorld) {
    this.#world = world;
  }

  async happen(step: Happening): Promise<void> {
    const { engine, clock } = this.#world;
    switch (step.kind) {
      case "start":
        if (this.#runs.length < 4) this.#runs.push(await this.#world.start());
        return;
      case "deliver":
        while (await engine.deliver());
        return;
      case "evict":
        return engine.evictPools();
      case "wait":
        clock.advance(step.ms);
        return engine.fireAlarms();
      case "lease":
        return this.#lease(step.runner, step.most);
      case "answer":
      case "fail": {
        const [item] = this.#of(step.runner).splice(step.item % Math.max(1, this.#of(step.runner).length), 1);
        return item && this.#answer(item, step.kind === "answer");
      }
      case "late": {
        const item = this.#everLeased[step.item % Math.max(1, this.#everLeased.length)];
        return item && this.#answer(item, true);
      }
      case "beat":
        return this.#beat(step.runner);
      case "die":
        this.#held.delete(step.runner);
        return;
      case "give back":
        await this.#world.beat(`r${step.runner}`, [], this.#of(step.runner).splice(0));
        return;
      case "cancel":
        return this.#cancel(this.#runs[step.run % Math.max(1, this.#runs.length)]);
    }
  }

  /** Every runner dies, time passes, and everything must come to an end. */
  async finish(): Promise<readonly string[]> {
    await this.#world.settle(24 * 3_600_000);
    for (const run of this.#runs) {
      const { status, outputs } = await this.#world.view(run);
      const taken = this.#taken.get(run) ?? [];
      if (status !== "succeeded" && status !== "failed" && status !== "cancelled")
        this.#find(`a run is still ${String(status)}`);
      if (this.#cancelled.has(run) && status !== "cancelled") this.#find("a cancelled run did not stay so");
      if (taken.length > 1) this.#find("two answers were taken for one step");
      if (status === "succeeded" && (outputs as Record<string, unknown>)["shout.out"] !== taken[0])
        this.#find("the output is not the answer that was taken");
    }
    const pool = (await this.#world.engine.services.pools.list(CALL)).find(({ name }) => name === "python");
    if (pool && pool.waiting + pool.leased > 0) this.#find("something is left in the pool");
    return this.#findings;
  }

  #of(runner: number): WorkItemWire[] {
    const own = this.#held.get(runner) ?? [];
    this.#held.set(runner, own);
    return own;
  }

  async #lease(runner: number, most: number): Promise<void> {
    for (const item of await this.#world.lease(`r${runner}`, { most })) {
      if (this.#everLeased.some(({ token }) => token === item.token)) this.#find("an item was leased twice");
      if (this.#ended.has(item.run_id)) this.#find("an item of an ended run was leased");
      this.#everLeased.push(item);
      this.#of(runner).push(item);
    }
  }

  async #answer(item: WorkItemWire, isGood: boolean): Promise<void> {
    const value = `v${++this.#values}`;
    const wasAwaited = await this.#isAwaited(item);
    const answered = isGood
      ? await this.#world.answer(item, { "shout.out": value })
      : await this.#world.fail(item, { code: "CONNECTION_ERROR", message: "down" });
    if (!answered.ok) return;
    if (this.#ended.has(item.run_id)) this.#find("an answer was taken after the run's end");
    if (!wasAwaited) this.#find("an answer was taken under a token that nobody waits for");
    if (isGood) this.#taken.set(item.run_id, [...(this.#taken.get(item.run_id) ?? []), value]);
    await this.#look(item.run_id);
  }

  /** Whether the item's ring waits for its answer, and for no other. */
  async #isAwaited({ token }: WorkItemWire): Promise<boolean> {
    const id = workItemIdOf(token);
    return id !== null && this.#world.engine.ports.coordinator.holds(id.runId, id.segment, id.lease);
  }

  async #beat(runner: number): Promise<void> {
    const own = this.#of(runner);
    const lost = new Set(await this.#world.beat(`r${runner}`, own));
    for (const item of own)
      if (this.#ended.has(item.run_id) && !lost.has(item.token)) this.#find("a runner was not told of a run's end");
    this.#held.set(
      runner,
      own.filter(({ token }) => !lost.has(token)),
    );
  }

  async #cancel(run: string | undefined): Promise<void> {
    if (run === undefined || this.#ended.has(run)) return;
    const { status } = await this.#world.view(run);
    if (status !== "running") return;
    await this.#world.engine.services.control.control(CALL, run, { type: "cancel", reason: "enough" });
    this.#cancelled.add(run);
    this.#ended.add(run);
  }

  async #look(run: string): Promise<void> {
    const { status } = await this.#world.view(run);
    if (status === "succeeded" || status === "failed" || status === "cancelled") this.#ended.add(run);
  }

  #find(what: string): void {
    this.#findings.push(what);
  }
}
