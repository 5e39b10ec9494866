import { carried } from "../../core/call/asker.ts";
import { hasSequel } from "../../core/chain/links.ts";
import { sequelMessage } from "../../core/chain/message.ts";
import type { RunHeader } from "../../core/run/model/state.ts";
import type { Log } from "../../spi/log.ts";
import type { TriggerBus } from "../../spi/trigger-bus.ts";

export interface AnnouncePorts {
  /** Where the ends of runs are announced that something follows. */
  readonly triggerBus: Pick<TriggerBus, "publishTriggers">;
  readonly log: Log;
}

/** Says that a run has ended, if something follows it. Never rejects: a word that is lost is said again by the archive. */
export async function announceEnd(header: RunHeader, { triggerBus, log }: AnnouncePorts): Promise<void> {
  if (!hasSequel(header)) return;
  try {
    await triggerBus.publishTriggers([sequelMessage({ ...header, asker: carried(header) })]);
  } catch {
    log.warn("the end of a run was not announced; what follows it waits for the archive", {
      correlation_id: header.correlationId,
      run_id: header.id,
    });
  }
}
