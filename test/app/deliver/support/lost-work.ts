import { expect } from "vitest";
import { ANY_DEAD_LETTER } from "../../../../src/core/dead-letters/query.ts";
import type { MemoryPorts } from "../../../../src/embedded/memory-engine.ts";
import { effectNode, pureNode, testEngine, type TestEngine } from "../../../support/engines.ts";
import { failFirst, failing } from "../../../support/failing.ts";

export const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());

export const TWICE = effectNode("twice", "text.loud", "text.twice", (text) => `${text} ${text}`);

export const CORRELATION = "6f1a2c34-5b6d-4e7f-8a9b-0c1d2e3f4a5b";

export const page = { limit: 100, after: null };

export type Wrap = (ports: MemoryPorts) => MemoryPorts;

export async function send(world: TestEngine): Promise<string> {
  const payload = { want: ["text.twice"], given: { "text.in": "hey" } };
  const sent = await world.send("goal.run", payload, { correlation_id: CORRELATION });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

/** A run whose work dies in its queue; unless `lost` is wrapped otherwise, its ring never hears of it. */
export async function withLostWork(
  wrap: Wrap = (p) => ({ ...p, coordinator: failing(p.coordinator, failFirst("undeliverable", 99)) }),
) {
  const world = await testEngine([SHOUT, TWICE], wrap);
  const runId = await send(world);
  const { bus } = world.engine.ports;
  for (let n = 0; n < 4; n++) for (const delivery of bus.execute.pull(10)) delivery.retry();
  expect(bus.deadExecute.size).toBe(1);
  await world.engine.deliver();
  const [letter] = (await world.engine.ports.deadLetters.search("default", ANY_DEAD_LETTER, page)).items;
  return { world, runId, id: letter?.id ?? "", service: world.engine.services.deadLetters };
}
