import type { Clock } from "../../spi/clock.ts";
import type { Timer } from "../../spi/timer.ts";

/** Whether the deployment can work. Answers anybody, so it takes no call. */
export interface HealthService {
  check(): Promise<{
    readonly healthy: boolean;
    readonly checks: Readonly<Record<string, { readonly healthy: boolean; readonly detail: string }>>;
  }>;
}

/** A named thing that answers, or does not. */
export interface HealthProbe {
  readonly name: string;
  /** Says what it found; a rejection means unhealthy. */
  check(): Promise<string>;
}

/** Asks every probe at once. Healthy when all answer in time. */
export function healthService(probes: readonly HealthProbe[], timer: Timer, timeoutMs = 2_000): HealthService {
  return {
    async check() {
      const results = await Promise.all(
        probes.map(async (probe) => [probe.name, await ask(probe, timer, timeoutMs)] as const),
      );
      return { healthy: results.every(([, { healthy }]) => healthy), checks: Object.fromEntries(results) };
    },
  };
}

/**
 * The same service, asked at most once in `keptMs` by one isolate: nobody can load what it depends on by asking often.
 * While an answer is being made again, the last one is given.
 */
export function keptHealth(service: HealthService, clock: Clock, keptMs = 1_000): HealthService {
  let last: Awaited<ReturnType<HealthService["check"]>> | null = null;
  let askedAt = Number.NEGATIVE_INFINITY;
  return {
    async check() {
      const now = clock.now();
      if (last !== null && now - askedAt < keptMs) return last;
      askedAt = now;
      try {
        return (last = await service.check());
      } catch (thrown) {
        last = null;
        throw thrown;
      }
    },
  };
}

async function ask(
  probe: HealthProbe,
  timer: Timer,
  timeoutMs: number,
): Promise<{ readonly healthy: boolean; readonly detail: string }> {
  const late = Promise.withResolvers<never>();
  const cancel = timer.after(timeoutMs, () => late.reject(new Error("late")));
  try {
    return { healthy: true, detail: await Promise.race([probe.check(), late.promise]) };
  } catch {
    return { healthy: false, detail: "does not answer" };
  } finally {
    cancel();
  }
}
