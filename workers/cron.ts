import type { Wiring } from "./wiring.ts";

/** The clock's turn: what must happen although nobody asks. */
export async function scheduled(_controller: ScheduledController, { services }: Wiring): Promise<void> {
  await services.health.check();
}
