import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { NodeLimit } from "../../../src/core/limit/limit.ts";
import type { NodeDefinition } from "../../../src/core/registry/node.ts";
import type { MemoryPorts } from "../../../src/embedded/memory-engine.ts";
import { effectNode, testEngine, type TestEngine, type TestNode } from "../../support/engines.ts";
import { failing } from "../../support/failing.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { valueOf } from "../../support/steered-run.ts";
import { CALL } from "../../support/call.ts";

const slots = (max: number, scope: Partial<NodeLimit> = {}): NodeLimit => ({
  group: null,
  key: null,
  allows: { kind: "slots", max },
  ...scope,
});
const rate = (max: number, perMs: number): NodeLimit => ({
  group: null,
  key: null,
  allows: { kind: "rate", max, perMs },
});

/** How many calls are under way, and how many at most were at once. */
class Gauge {
  now = 0;
  most = 0;
  readonly begun: string[] = [];
  readonly at: number[] = [];
  readonly #open: (() => void)[] = [];

  async pass(value: string, at: number): Promise<string> {
    this.begun.push(value);
    this.at.push(at);
    this.most = Math.max(this.most, ++this.now);
    await new Promise<void>((resolve) => this.#open.push(resolve));
    this.now--;
    return value;
  }

  /** Lets everything go that waits now; true when there was anything. */
  open(): boolean {
    const waiting = this.#open.splice(0);
    for (const go of waiting) go();
    return waiting.length > 0;
  }
}

function limited(name: string, gauge: Gauge, limits: readonly NodeLimit[], clock: () => number): TestNode {
  const base = effectNode(name, "in.text", `${name}.out`, (value) => value);
  const execution: NodeDefinition["execution"] = { ...sampleNode().execution, limits };
  return {
    definition: { ...base.definition, execution },
    run: async ({ input }) => ({ result: { [`${name}.out`]: await gauge.pass(String(input["in.text"]), clock()) } }),
  };
}

interface Fixture {
  readonly world: TestEngine;
  readonly gauge: Gauge;
  start(text: string, node?: string, policy?: JsonObject): Promise<string>;
  /** Delivers, and lets go of what is under way, until no message is left and nothing runs. */
  work(): Promise<void>;
  view(id: string): Promise<JsonObject>;
}

async function fixture(
  nodes: Readonly<Record<string, readonly NodeLimit[]>>,
  ports?: (ports: MemoryPorts) => MemoryPorts,
  tenantSlots?: number,
): Promise<Fixture> {
  const gauge = new Gauge();
  let clock = (): number => 0;
  const made = Object.entries(nodes).map(([name, limits]) => limited(name, gauge, limits, () => clock()));
  const world = await testEngine(made, ports, tenantSlots === undefined ? {} : { tenantSlots });
  clock = () => world.clock.now();
  const { engine } = world;
  const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    world,
    gauge,
    async start(text, node = "mail", policy = {}) {
      return valueOf(await world.send("goal.run", { want: [`${node}.out`], given: { "in.text": text }, policy })).runId;
    },
    async work() {
      for (;;) {
        let delivering = true;
        const delivered = engine.deliver().finally(() => (delivering = false));
        while (delivering) {
          await tick();
          gauge.open();
        }
        if (!(await delivered)) return;
      }
    },
    async view(id) {
      const run = await engine.services.runs.view(CALL, id);
      if (!run) throw new Error(`no run ${id}`);
      return run;
    },
  };
}

/** A delivery under way: everything that could start has started. */
async function begin({ world }: Fixture): Promise<{ readonly whole: Promise<boolean> }> {
  const whole = world.engine.deliver();
  for (let n = 0; n < 10; n++) await new Promise<void>((resolve) => setImmediate(resolve));
  return { whole };
}

/** Lets go of whatever is under way until the deliveries are over. */
async function finish(
  { gauge }: Fixture,
  ...deliveries: readonly { readonly whole: Promise<boolean> }[]
): Promise<void> {
  let open = deliveries.length;
  const all = deliveries.map(({ whole }) => whole.finally(() => open--));
  while (open > 0) {
    gauge.open();
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
}

const stepsOf = (view: JsonObject) => view["steps"] as unknown as readonly Record<string, unknown>[];

describe("a node that may run so many times at once", () => {
  it("never runs more often, in however many runs and rings, and nobody waits for a timer", async () => {
    const here = await fixture({ mail: [slots(2)] });
    const ids = await Promise.all(Array.from({ length: 9 }, (_, n) => here.start(`m${n}`)));
    await here.work();
    expect(here.gauge.most).toBe(2);
    for (const id of ids) expect(await here.view(id)).toMatchObject({ status: "succeeded" });
    expect(here.gauge.begun).toHaveLength(9);
  });

  it("shows what a step waits for, and counts no attempt for it", async () => {
    const here = await fixture({ mail: [slots(1)] });
    const ids = [await here.start("one"), await here.start("two")];
    const first = await begin(here);
    const views = await Promise.all(ids.map(here.view));
    const waiting = views.flatMap(stepsOf).filter(({ limited_by: by }) => by !== null);
    expect(waiting).toMatchObject([{ status: "ready", limited_by: "node mail", attempts: [{ finished_at: null }] }]);
    await finish(here, first);
    await here.work();
    for (const id of ids) {
      expect(stepsOf(await here.view(id))).toMatchObject([
        { status: "succeeded", limited_by: null, attempts: [{ error: null }] },
      ]);
    }
  });

  it("separates the values of a key, and joins the nodes of a group", async () => {
    const perText = [slots(1, { group: "texts", key: "in.text" })];
    const here = await fixture({ mail: perText, chat: perText });
    await here.start("ann", "mail");
    await here.start("ann", "chat");
    await here.start("bob", "mail");
    const first = await begin(here);
    expect([...here.gauge.begun].sort()).toEqual(["ann", "bob"]);
    await finish(here, first);
    await here.work();
    expect([...here.gauge.begun].sort()).toEqual(["ann", "ann", "bob"]);
  });

  it("lets the policy's priority go before age", async () => {
    const here = await fixture({ mail: [slots(1)] });
    await here.start("first");
    const first = await begin(here);
    await here.start("ordinary");
    await here.start("late", "mail", { priority: -5 });
    await here.start("urgent", "mail", { priority: 5 });
    await finish(here, first);
    await here.work();
    expect(here.gauge.begun).toEqual(["first", "urgent", "ordinary", "late"]);
  });

  it("takes all limits of a work item or none", async () => {
    const both = [slots(1, { group: "a" }), slots(1, { group: "b" })];
    const here = await fixture({ both, a: [slots(1, { group: "a" })], b: [slots(1, { group: "b" })] });
    await here.start("b", "b");
    const first = await begin(here);
    const waiting = await here.start("both", "both");
    await here.start("a", "a");
    // The queue is drained as long as its consumer works, so what came later is asked now.
    const second = await begin(here);
    expect(here.gauge.begun).toEqual(["b", "a"]);
    expect(stepsOf(await here.view(waiting))).toMatchObject([{ limited_by: "group b" }]);
    await finish(here, first, second);
    await here.work();
    expect(await here.view(waiting)).toMatchObject({ status: "succeeded" });
  });

  it("spends nothing of a rate on a work item that another limit of the same node refuses", async () => {
    const here = await fixture({ mail: [slots(1), rate(5, 60_000)] });
    const ids = await Promise.all(Array.from({ length: 5 }, (_, n) => here.start(`m${n}`)));
    await here.work();
    for (const id of ids) expect(await here.view(id)).toMatchObject({ status: "succeeded" });
    const sixth = await here.start("m5");
    await here.work();
    expect(stepsOf(await here.view(sixth))).toMatchObject([{ status: "ready", limited_by: "node mail" }]);
  });

  it("loses the turn of a run that was cancelled to the next in the line", async () => {
    const here = await fixture({ mail: [slots(1)] });
    await here.start("first");
    const first = await begin(here);
    const gone = await here.start("gone");
    const next = await here.start("next");
    const second = await begin(here);
    await here.world.engine.services.control.control(CALL, gone, { type: "cancel", reason: "enough" });
    await finish(here, first, second);
    await here.work();
    expect(here.gauge.begun).toEqual(["first", "next"]);
    expect(await here.view(next)).toMatchObject({ status: "succeeded" });
  });
});

describe("a tenant's limit", () => {
  it("holds for every queued work item, whatever its node says", async () => {
    const here = await fixture({ mail: [], chat: [] }, undefined, 2);
    for (let n = 0; n < 4; n++) await here.start(`t${n}`, n % 2 === 0 ? "mail" : "chat");
    const first = await begin(here);
    expect(here.gauge.now).toBe(2);
    await finish(here, first);
    await here.work();
    expect(here.gauge.most).toBe(2);
    expect(here.gauge.begun).toHaveLength(4);
  });
});

describe("a node that may begin so often within a time", () => {
  it("begins no more often than that, and every run ends", async () => {
    const here = await fixture({ mail: [rate(2, 60_000)] });
    const ids = await Promise.all(Array.from({ length: 7 }, (_, n) => here.start(`m${n}`)));
    for (;;) {
      await here.work();
      const next = here.world.engine.nextAlarm();
      if (next === null) break;
      here.world.clock.set(Math.max(next, here.world.clock.now()));
      await here.world.engine.fireAlarms();
    }
    const { at } = here.gauge;
    const from = at[0] ?? 0;
    expect(at.map((moment) => Math.floor((moment - from) / 60_000))).toEqual([0, 0, 1, 1, 2, 2, 3]);
    for (const [i, moment] of at.entries()) {
      expect(at.slice(i).filter((other) => other < moment + 60_000).length).toBeLessThanOrEqual(2);
    }
    for (const id of ids) expect(await here.view(id)).toMatchObject({ status: "succeeded" });
  });
});

describe("when something is lost", () => {
  const frail = (method: string) => (ports: MemoryPorts) => ({
    ...ports,
    coordinator: failing(ports.coordinator, (called) => (called === method ? "before" : null)),
  });

  it("a call that does not arrive is made up for by the timer", async () => {
    const here = await fixture({ mail: [slots(1)] }, frail("admit"));
    const ids = [await here.start("one"), await here.start("two"), await here.start("three")];
    for (;;) {
      await here.work();
      const next = here.world.engine.nextAlarm();
      if (next === null) break;
      here.world.clock.set(Math.max(next, here.world.clock.now()));
      await here.world.engine.fireAlarms();
    }
    expect(here.gauge.most).toBe(1);
    for (const id of ids) expect(await here.view(id)).toMatchObject({ status: "succeeded" });
  });

  it("a limit that does not answer holds its work items back, and lets them through when it does", async () => {
    let down = true;
    const here = await fixture({ mail: [slots(1)] }, (ports) => ({
      ...ports,
      limiter: failing(ports.limiter, () => (down ? "before" : null)),
    }));
    const id = await here.start("one");
    await here.work();
    expect(here.gauge.begun).toEqual([]);
    expect(stepsOf(await here.view(id))).toMatchObject([{ limited_by: "node mail", status: "ready" }]);
    down = false;
    here.world.clock.advance(5_000);
    await here.world.engine.fireAlarms();
    await here.work();
    expect(await here.view(id)).toMatchObject({ status: "succeeded" });
  });

  it("never more run at once than the limit allows, whatever is lost", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), fc.nat(2), async (lost, extra) => {
        let turn = 0;
        const here = await fixture({ mail: [slots(1 + extra)] }, (ports) => ({
          ...ports,
          coordinator: failing(ports.coordinator, (called) =>
            called === "admit" && lost[turn++ % lost.length] ? "before" : null,
          ),
          limiter: failing(ports.limiter, (called) =>
            called === "release" && lost[turn++ % lost.length] ? "after" : null,
          ),
        }));
        const ids = await Promise.all(Array.from({ length: 6 }, (_, n) => here.start(`m${n}`)));
        for (let alarms = 0; alarms < 200; alarms++) {
          await here.work();
          const next = here.world.engine.nextAlarm();
          if (next === null) break;
          here.world.clock.set(Math.max(next, here.world.clock.now()));
          await here.world.engine.fireAlarms();
        }
        expect(here.gauge.most).toBeLessThanOrEqual(1 + extra);
        for (const id of ids) expect(await here.view(id)).toMatchObject({ status: "succeeded" });
      }),
      { numRuns: 25 },
    );
  });
});
