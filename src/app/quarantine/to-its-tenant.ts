import { RuntimeHostError } from "../../core/errors.ts";
import { ringOf } from "../../core/run/model/run-id.ts";
import type { RunId } from "../../core/run/model/state.ts";
import { ownerOf, type QuarantinePorts } from "./note-quarantine.ts";

/**
 * What is answered about a run. That it is in quarantine is told to its own tenant alone, as RUN_QUARANTINED thrown: to
 * others it is a run that does not exist, and the answer is null.
 */
export async function toItsTenant<T>(
  tenant: string,
  id: RunId,
  ports: Pick<QuarantinePorts, "coordinator" | "index" | "retention">,
  ask: () => Promise<T>,
): Promise<T | null> {
  try {
    return await ask();
  } catch (thrown) {
    const ring = ringOf(id);
    if (!(thrown instanceof RuntimeHostError) || thrown.fault.code !== "RUN_QUARANTINED" || ring === null) throw thrown;
    const [run] = await ports.coordinator.quarantined(ring, [id]);
    const owner = await ownerOf(run ?? { runId: id, tenant: null }, ports);
    if (owner !== tenant) return null;
    throw thrown;
  }
}
