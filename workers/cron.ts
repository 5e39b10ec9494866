import { sweep } from "../src/app/sweep/sweep.ts";
import type { Deployment } from "./env.ts";

/** The clock's turn: what must happen although nobody asks. A deployment whose RETENTION_DAYS cannot be read keeps all. */
export async function scheduled(controller: ScheduledController, { parts, retention }: Deployment): Promise<void> {
  const { log } = parts;
  if (!retention.ok) log.error(retention.error.message, { correlation_id: "sweep", code: retention.error.code });
  const settings = { retention: retention.ok ? retention.value : { days: 0 } };
  const { done, failed } = await sweep(parts, settings, controller.scheduledTime);
  if (Object.keys(done).length > 0 || failed.length > 0) {
    log.info("swept", { correlation_id: "sweep", done: { ...done }, failed: [...failed] });
  }
}
