import type { Position } from "../../search/position.ts";
import type { RunId } from "../model/state.ts";
import type { Quarantine } from "./quarantine.ts";

/** A run in quarantine as the index has it: enough to list and to count it. Its ring knows the rest. */
export interface QuarantineEntry extends Quarantine {
  readonly tenant: string;
  readonly runId: RunId;
}

/** Its place in a list. */
export const placeOfQuarantined = ({ since, runId }: QuarantineEntry): Position => ({ at: since, id: runId });
