import { sweep } from "../src/app/sweep/sweep.ts";
import type { Wiring } from "./wiring.ts";

/** The clock's turn: what must happen although nobody asks. A deployment whose RETENTION_DAYS cannot be read keeps all. */
export async function scheduled(controller: ScheduledController, { sweep: ports, retention }: Wiring): Promise<void> {
  if (!retention.ok) ports.log.error(retention.error.message, { correlation_id: "sweep", code: retention.error.code });
  const settings = { retention: retention.ok ? retention.value : { days: 0 } };
  const { done, failed } = await sweep(ports, settings, controller.scheduledTime);
  if (Object.keys(done).length > 0 || failed.length > 0) {
    ports.log.info("swept", { correlation_id: "sweep", done: { ...done }, failed: [...failed] });
  }
}
