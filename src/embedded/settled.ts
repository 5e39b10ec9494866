import type { Driver } from "../app/drive/driver.ts";
import type { FixedClock } from "../infra/memory/clock.ts";

/** Delivers messages and moves time from alarm to alarm, until nothing is left to happen within `maxMs` of the clock. */
export async function settled(engine: Driver, clock: FixedClock, maxMs: number): Promise<void> {
  const end = clock.now() + maxMs;
  for (;;) {
    while (await engine.deliver());
    const next = engine.nextAlarm();
    if (next === null || next > end) return;
    clock.set(Math.max(next, clock.now()));
    await engine.fireAlarms();
  }
}
