import type { Carried } from "../call/asker.ts";
import type { RunId } from "../run/model/state.ts";
import type { Redrive } from "../messages/redrive.ts";
import type { LinkPlace } from "./links.ts";

/** A run has ended, and something follows: its chains are to be started, its trigger to be answered. */
export interface SequelMessage extends Carried {
  readonly type: "sequel";
  readonly version: 1;
  readonly tenant: string;
  readonly runId: RunId;
  readonly correlationId: string;
  /** Only this envelope of the run, even if it was refused before; everything that is still to be done when absent. */
  readonly link?: LinkPlace;
  readonly redrive?: Redrive;
}

/** The news that a run has ended. */
export const sequelMessage = ({
  tenant,
  id,
  correlationId,
  asker = {},
}: {
  readonly tenant: string;
  readonly id: RunId;
  readonly correlationId: string;
  readonly asker?: Carried;
}): SequelMessage => ({ type: "sequel", version: 1, tenant, runId: id, correlationId, ...asker });
