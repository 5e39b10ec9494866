import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/core/run/dispatch/work-item.ts";
import type { ExecuteMessage } from "../../../src/core/messages/ring-messages.ts";
import { builtinHandler } from "../../../src/infra/handlers/builtin-handler.ts";
import { consumeWorkItems, type ExecuteConsumerPorts } from "../../../src/app/execute/execute-consumer.ts";
import { HandlerRouter } from "../../../src/app/execute/handler-router.ts";
import { silentLog } from "../../../src/infra/memory/silent-log.ts";
import { fixedClock } from "../../../src/infra/memory/clock.ts";
import type { Delivery } from "../../../src/spi/event-bus.ts";
import type { NodeOutput } from "../../../src/spi/handler.ts";
import { effectNode, testEngine, type TestNode } from "../../support/engines.ts";
import { failFirst } from "../../support/failing.ts";
import { sampleNode } from "../../support/sample-node.ts";
import { valueOf } from "../../support/steered-run.ts";
import { chain, goal, keysOfRing, trafficWorld, turns } from "../../support/traffic.ts";
import { CALL } from "../../support/call.ts";
import { received } from "../../support/received.ts";

describe("a consumer", () => {
  it("keeps the others when one work item is not even readable", async () => {
    const settled: string[] = [];
    const definition = sampleNode(effectNode("step_0", "k.0", "k.1", (value) => value).definition);
    const run = (): NodeOutput => ({ result: { "k.1": "done" } });
    const answered: string[] = [];
    const ports = {
      registry: { definition: async () => definition },
      router: new HandlerRouter().register(builtinHandler({ [definition.name]: run })).freeze(),
      coordinator: {
        answer: async (answers: readonly Answer[]) => {
          answered.push(...answers.map(({ segment, results }) => `${segment} ${String(results[0]?.outcome.ok)}`));
          return [];
        },
      },
      clock: fixedClock(0),
      log: silentLog,
      tenantSlots: null,
    } as unknown as ExecuteConsumerPorts;
    const step = { id: "a", node: "step_0", version: "1.0.0", timeoutMs: 1_000, cacheTtlMs: null, attempt: 1 };
    const deliveryOf = (segment: string, inputs: unknown) =>
      ({
        id: segment,
        attempts: 1,
        body: {
          work: {
            ...{
              runId: "r00_00000000000000000000000000",
              segment,
              token: "t",
              expiresAt: 1,
              steps: [{ ...step, inputs }],
            },
            values: { "|k.0": { v: "x" } },
          },
        },
        ack: () => settled.push(`${segment} is done`),
        retry: () => settled.push(`${segment} comes again`),
      }) as unknown as Delivery<ExecuteMessage>;
    await consumeWorkItems(
      [deliveryOf("bad", null), deliveryOf("good", { "k.0": { step: null, key: "k.0" } })].map(received),
      ports,
    );
    expect(settled.sort()).toEqual(["bad comes again", "good is done"]);
    expect(answered).toEqual(["good true"]);
  });

  /** `k.0` → `k.1`, and `k.1` → `m.0`, `m.1` … */
  const fan = (width: number, run: () => Promise<string>) => [
    ...chain(1),
    ...Array.from({ length: width }, (_, n): TestNode => {
      const { definition } = effectNode(`fan_${n}`, "k.1", `m.${n}`, (value) => value);
      return { definition, run: async () => ({ result: { [`m.${n}`]: await run() } }) };
    }),
  ];
  const all = (width: number) => ({
    want: Array.from({ length: width }, (_, n) => `m.${n}`),
    given: { "k.0": "x" },
    policy: {},
  });

  it("takes as many work items as it has seats, and the queue has the rest", async () => {
    let busy = 0;
    let most = 0;
    const gates: (() => void)[] = [];
    const here = await trafficWorld(
      fan(40, async () => {
        most = Math.max(most, ++busy);
        await new Promise<void>((resolve) => gates.push(resolve));
        busy--;
        return "done";
      }),
    );
    const { runId } = valueOf(await here.send("goal.run", all(40)));
    const delivering = here.engine.deliver();
    await turns();
    expect(here.answers.map(({ take, handed }) => [take, handed.length])).toEqual([[16, 16]]);
    expect(here.published).toHaveLength(1 + 24);
    let over = false;
    void delivering.then(() => (over = true));
    while (!over) {
      for (const open of gates.splice(0)) open();
      await turns();
    }
    await here.settle();
    expect(most).toBeLessThanOrEqual(24);
    expect(await here.view(runId)).toMatchObject({ status: "succeeded" });
  });

  it("offers again what it had offered to a ring that did not answer", async () => {
    const here = await trafficWorld(chain(3), failFirst("answer", 1, "before"));
    for (const key of keysOfRing("r00", 1).concat(keysOfRing("r01", 1)))
      valueOf(await here.send("goal.run", goal(3), { metadata: { idempotency_key: key } }));
    while (await here.engine.deliver());
    expect(here.published).toEqual(["s0", "s0"]);
    expect(here.answers.slice(0, 3).map(({ take }) => take)).toEqual([1, 16, 16]);
  });

  it("gives back the turns of a work item before what follows it asks for one", async () => {
    const desk = { group: "desk", key: null, allows: { kind: "slots", max: 3 } } as const;
    const limited = chain(4).map((node): TestNode => {
      const execution = { ...sampleNode().execution, limits: [desk] };
      return { ...node, definition: { ...node.definition, execution } };
    });
    const deferred: Answer[] = [];
    const here = await testEngine(limited, (ports) => ({
      ...ports,
      limiter: {
        ...ports.limiter,
        async release(limit, leaving) {
          // The first to leave has left before the others begin to.
          if (leaving.some(({ holder }) => holder.runId !== ids[0])) await turns();
          return ports.limiter.release(limit, leaving);
        },
      },
      coordinator: {
        ...ports.coordinator,
        answer(answers, handOver) {
          deferred.push(...answers.filter((answer) => answer.deferred));
          return ports.coordinator.answer(answers, handOver);
        },
      },
    }));
    const ids: string[] = [];
    for (const key of keysOfRing("r00", 3))
      ids.push(valueOf(await here.send("goal.run", goal(4), { metadata: { idempotency_key: key } })).runId);
    await here.engine.deliver();
    for (const id of ids) expect(await here.engine.services.runs.view(CALL, id)).toMatchObject({ status: "succeeded" });
    expect(deferred).toEqual([]);
  });

  it("executes nothing whose lease has ended while it waited for a limit: the ring sends it again", async () => {
    const done: string[] = [];
    const [only] = chain(1, (_, value) => {
      done.push(value);
      return value;
    });
    const limits = [{ group: null, key: null, allows: { kind: "slots", max: 1 } }] as const;
    const node: TestNode = {
      ...only!,
      definition: { ...only!.definition, execution: { ...sampleNode().execution, timeoutMs: 500, limits } },
    };
    let calls = 0;
    const made = await testEngine([node], (ports) => ({
      ...ports,
      limiter: {
        ...ports.limiter,
        async acquire(limit, requests) {
          const answer = await ports.limiter.acquire(limit, requests);
          if (++calls === 1) made.clock.advance(60_000);
          return answer;
        },
      },
    }));
    const { runId } = valueOf(await made.send("goal.run", goal(1)));
    await made.engine.deliver();
    expect(done).toEqual([]);
    await made.settle();
    expect(done).toEqual(["x"]);
    expect(await made.engine.services.runs.view(CALL, runId)).toMatchObject({ status: "succeeded" });
  });
});
