import { isForeign, isRerun, ownOrigin, triggerOf } from "../../src/core/run/model/origin.ts";
import { ANY_DEAD_LETTER } from "../../src/core/dead-letters/query.ts";
import { isRef } from "../../src/core/run/model/value.ts";
import type { World } from "./world.ts";

/** What of the system a world has reached, in words: a simulation that never gets anywhere finds nothing. */
export async function reachedIn({ commits, told, backends, limits, handOvers }: World): Promise<ReadonlySet<string>> {
  const reached = new Set<string>();
  for (const { state } of commits.runs.values()) {
    const { header, segments } = state;
    reached.add(`a run ${header.status}${header.fault ? ` with ${header.fault.code}` : ""}`);
    if (isRerun(header)) reached.add("a run was repeated");
    if (ownOrigin(header).kind === "chain") reached.add("a run followed another");
    if (isForeign(header)) reached.add("a run came from a file");
    if (triggerOf(header)) reached.add("a run answers a bus message");
    if (header.replans) reached.add(`a run went on with another plan and ${header.status}`);
    if (state.plan.policy.mode === "batch") reached.add("a run went wave by wave");
    if (segments.size > 16) reached.add("a run was stored in many rows");
    for (const { steps } of segments.values())
      for (const { status, attempts, outcome } of steps) {
        reached.add(`a step ${status}`);
        for (const { fault, via } of attempts)
          reached.add(fault ? `an attempt ended with ${fault.code}` : `a step went by ${via}`);
        if (outcome?.ok && outcome.hit?.boundary) reached.add("a composite was cached as a whole");
        if (outcome?.ok && Object.values(outcome.outputs).some(isRef)) reached.add("a value travelled by reference");
      }
  }
  if (commits.earlier.some(({ state, goneAt }) => goneAt !== null && !isForeign(state.header)))
    reached.add("an id was used again");
  for (const what of [...limits.reached, ...handOvers.reached]) reached.add(what);
  for (const tenant of await backends.deadLetters.tenants()) {
    reached.add("a message died");
    const { items } = await backends.deadLetters.search(tenant, ANY_DEAD_LETTER, { limit: 1_000, after: null });
    for (const { queue, errorType, cause } of items) reached.add(`dead in ${queue}: ${cause?.code ?? errorType}`);
  }
  if (told.refused > 0) reached.add("a request was refused");
  if (told.deletions.size > 0) reached.add("a run was deleted");
  return reached;
}
