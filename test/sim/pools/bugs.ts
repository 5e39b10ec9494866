import { PoolBook, type Heartbeat } from "../../../src/core/pool/pool-book.ts";
import type { PoolItem, RunnerId, RunnerPresence } from "../../../src/core/pool/pool-item.ts";
import type { RunCoordinator, Standing } from "../../../src/spi/run-coordinator.ts";
import type { PoolBug } from "./campaign.ts";

/** The token the ring waits for now, whatever was asked for. */
async function current(coordinator: RunCoordinator, run: string, segment: string, token: string): Promise<string> {
  for (let epoch = 1; epoch <= 10; epoch++) {
    const one = `${segment}.${epoch}`;
    if (await coordinator.holds(run, segment, one)) return one;
  }
  return token;
}

/** An answer counts whoever gives it, as long as somebody waits for one. */
const answerWithoutFence: PoolBug = {
  name: "answer without fence",
  ports: (ports) => {
    const { coordinator } = ports;
    return {
      ...ports,
      coordinator: {
        ...coordinator,
        async standing(run, segment, token): Promise<Standing> {
          return coordinator.standing(run, segment, await current(coordinator, run, segment, token));
        },
        async report(answer) {
          const { runId, segment, token } = answer;
          return coordinator.report({ ...answer, token: await current(coordinator, runId, segment, token) });
        },
      },
    };
  },
};

/** What a runner says it has, it has: a cancelled item comes back to life with its heartbeat. */
class RevivingBook extends PoolBook {
  override heartbeat(runner: RunnerId, tokens: readonly string[], now: number): Heartbeat {
    return { ...super.heartbeat(runner, tokens, now), lost: [] };
  }
}
const heartbeatRevives: PoolBug = {
  name: "heartbeat that revives a cancelled item",
  book: (stored, now) => new RevivingBook(stored, now),
  ports: (ports) => ({ ...ports, coordinator: { ...ports.coordinator, holds: () => Promise.resolve(true) } }),
};

/** What is leased waits on. */
class GenerousBook extends PoolBook {
  override take(runner: RunnerPresence, most: number, now: number): readonly PoolItem[] {
    const taken = super.take(runner, most, now);
    for (const item of taken) {
      this.settle(item.token);
      this.offer(item);
    }
    return taken;
  }
}
const leasedTwice: PoolBug = { name: "item leased twice", book: (stored, now) => new GenerousBook(stored, now) };

export const POOL_BUGS: readonly PoolBug[] = [answerWithoutFence, heartbeatRevives, leasedTwice];
