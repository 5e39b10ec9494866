import type { RunState } from "../../../src/core/run/state.ts";
import { GIVEN } from "../sim-request.ts";
import type { World } from "../world.ts";
import type { Findings } from "./findings.ts";
import { auditTrust } from "./trust.ts";

/** Everything has come to rest: compares what there is with what was promised. */
export async function lookOver(world: World, now: number, findings: Findings): Promise<void> {
  const archived = await world.index.archived();
  lookForMessages(world, findings);
  compareRuns(world, archived, findings);
  await askAgain(world, archived, findings);
  lookIntoRings(world, findings);
  // A deleted run's record is gone, and what was observed in it still counts.
  const ended = new Map(archived);
  for (const [id, { state }] of world.commits.runs) if (world.told.doomed.has(id)) ended.set(id, state);
  await auditTrust(ended.values(), world.slots, world.backends.trust, now, findings);
}

function lookForMessages({ bus }: World, findings: Findings): void {
  const { work, events, deadWork, deadEvents } = bus;
  for (const [name, queue] of Object.entries({ work, events, deadWork, deadEvents }))
    if (queue.size + queue.inFlight > 0)
      findings.add("clean", `${queue.size} waiting and ${queue.inFlight} in flight in ${name}`);
}

function compareRuns({ commits, told }: World, archived: ReadonlyMap<string, RunState>, findings: Findings): void {
  for (const [id, { state, gone }] of commits.runs) {
    const kept = archived.has(id) || told.doomed.has(id);
    if (state.header.finishedAt === null) findings.add("ends", `run ${id} is ${state.header.status}`);
    else if (!gone || !kept) findings.add("balanced", `run ${id} has ended and is not archived`);
  }
  for (const id of archived.keys())
    if (!commits.runs.has(id)) findings.add("balanced", `run ${id} is archived and never began`);
}

/** Whoever was told of a run finds it, and finds it as it was told. */
async function askAgain(
  { index, backends, told, clients }: World,
  archived: ReadonlyMap<string, RunState>,
  findings: Findings,
): Promise<void> {
  for (const [id, { header }] of archived) {
    const place = (await index.get(header.tenant, id))?.archive;
    told.settle(id, place ? await backends.blobs.get(place.key, place) : null, GIVEN);
  }
  for (const id of told.told.keys()) {
    if (!archived.has(id) && !told.doomed.has(id))
      findings.add("kept", `run ${id} was acknowledged and is not archived`);
    void clients.look(id);
  }
}

/** What a ring keeps for ever: its running trust totals and the number of its last batch. */
export const isLasting = (owner: string, part: string): boolean =>
  owner === "~trust" || (owner === "~outbox" && part === "last");

/** A ring that has nothing to do keeps, besides, what tells a repeated key. */
function lookIntoRings({ slots, commits }: World, findings: Findings): void {
  for (const { number, store } of slots)
    for (const owner of commits.owners.get(number) ?? [])
      for (const { part } of store.read(owner))
        if (part !== "t" && !isLasting(owner, part))
          findings.add("clean", `ring ${number} still holds part ${part} of ${owner}`);
}
