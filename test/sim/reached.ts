import { isRef } from "../../src/core/run/value.ts";
import type { World } from "./world.ts";

/** What of the system a world has reached, in words: a simulation that never gets anywhere finds nothing. */
export async function reachedIn({ commits, told, backends }: World): Promise<ReadonlySet<string>> {
  const reached = new Set<string>();
  for (const { state } of commits.runs.values()) {
    const { header, segments } = state;
    reached.add(`a run ${header.status}${header.fault ? ` with ${header.fault.code}` : ""}`);
    if (header.lineage) reached.add("a run was repeated");
    if (segments.size > 16) reached.add("a run was stored in many rows");
    for (const { steps } of segments.values())
      for (const { status, attempts, outcome } of steps) {
        reached.add(`a step ${status}`);
        for (const { fault, via } of attempts)
          reached.add(fault ? `an attempt ended with ${fault.code}` : `a step went by ${via}`);
        if (outcome?.ok && Object.values(outcome.outputs).some(isRef)) reached.add("a value travelled by reference");
      }
  }
  if ((await backends.deadLetters.tenants()).length > 0) reached.add("a message died");
  if (told.refused > 0) reached.add("a request was refused");
  if (told.deletions.size > 0) reached.add("a run was deleted");
  return reached;
}
