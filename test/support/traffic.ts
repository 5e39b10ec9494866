import { keyedRunId } from "../../src/core/run/model/run-id.ts";
import type { Answer, WorkItem } from "../../src/core/run/dispatch/work-item.ts";
import type { MemoryPorts } from "../../src/embedded/memory-engine.ts";
import type { HandOver } from "../../src/spi/run-coordinator.ts";
import { effectNode, testEngine, type TestEngine, type TestNode } from "./engines.ts";
import { failing, type FailurePlan } from "./failing.ts";
import { sampleNode } from "./sample-node.ts";
import { CALL } from "./call.ts";

type Coordinator = MemoryPorts["coordinator"];

/** What travelled between rings, queue and consumers. */
export interface Traffic {
  readonly published: string[];
  readonly answers: {
    readonly answers: readonly Answer[];
    readonly take: number;
    readonly handed: readonly WorkItem[];
  }[];
}

/** A world whose traffic is in the open; its ports fail by plan. */
export async function trafficWorld(
  nodes: readonly TestNode[],
  plan: FailurePlan<Coordinator> = () => null,
  options: Parameters<typeof testEngine>[2] = {},
): Promise<TestEngine & Traffic & { view(id: string): Promise<Readonly<Record<string, unknown>>> }> {
  const published: string[] = [];
  const answers: Traffic["answers"] = [];
  const made = await testEngine(
    nodes,
    (ports) => {
      const watched: Coordinator = {
        ...ports.coordinator,
        async answer(own, handOver: HandOver = { take: 0 }) {
          const handed = await ports.coordinator.answer(own, handOver);
          answers.push({ answers: own, take: handOver.take, handed });
          return handed;
        },
      };
      const publishWork: MemoryPorts["bus"]["publishWork"] = async (messages) => {
        for (const message of messages) if (message.type === "work") published.push(message.work.segment);
        return ports.bus.publishWork(messages);
      };
      return { ...ports, coordinator: failing(watched, plan), bus: { ...ports.bus, publishWork } };
    },
    options,
  );
  return {
    ...made,
    published,
    answers,
    async view(id) {
      const run = await made.engine.services.runs.view(CALL, id);
      if (!run) throw new Error(`no run ${id}`);
      return run;
    },
  };
}

/** `k.0` → `k.1` → … each an effect of its own. */
export const chain = (length: number, run: (at: number, value: string) => unknown = (at, value) => `${value}${at}`) =>
  Array.from({ length }, (_, at) => effectNode(`step_${at}`, `k.${at}`, `k.${at + 1}`, (value) => run(at, value)));
export const goal = (length: number, text = "x", policy: Readonly<Record<string, number>> = {}) => ({
  want: [`k.${length}`],
  given: { "k.0": text },
  policy,
});
export const within = (node: TestNode, timeoutMs: number): TestNode => ({
  ...node,
  definition: { ...node.definition, execution: { ...sampleNode().execution, timeoutMs } },
});
/** Idempotency keys whose runs share a ring. */
export const keysOfRing = (ring: string, count: number): readonly string[] =>
  Array.from({ length: 200 }, (_, n) => `key ${n}`)
    .filter((key) => keyedRunId("default", key, 4).startsWith(ring))
    .slice(0, count);
export const turns = async (): Promise<void> => {
  for (let n = 0; n < 20; n++) await new Promise<void>((resolve) => setImmediate(resolve));
};
