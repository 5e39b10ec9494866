import { DAY_MS } from "../../../../src/core/retention/day.ts";
import type { SweepSettings } from "../../../../src/app/sweep/sweep.ts";
import { rowsOf } from "../../../support/archive-audit.ts";
import { pureNode, type TestEngine } from "../../../support/engines.ts";

export const SHOUT = pureNode("shout", "text.in", "text.loud", (text) => text.toUpperCase());

export const KEEP_30: SweepSettings = { retention: { days: 30 } };

export const KEEP_ALL: SweepSettings = { retention: { days: 0 } };

export async function send(world: TestEngine, want = "text.loud", value = "hey"): Promise<string> {
  const sent = await world.send("goal.run", { want: [want], given: { "text.in": value } });
  if (!sent.ok) throw new Error(sent.error.message);
  return sent.value.runId;
}

export const nextDays = (world: TestEngine, days: number): void => world.clock.advance(days * DAY_MS);

export const idsOf = async (world: TestEngine): Promise<readonly string[]> =>
  (await rowsOf(world.engine.ports)).map(({ runId }) => runId).toSorted();
