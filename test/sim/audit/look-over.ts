import { encodeRun } from "../../../src/core/run/codec/codec.ts";
import { refsOf } from "../../../src/core/run/codec/snapshot.ts";
import type { RunState } from "../../../src/core/run/model/state.ts";
import { GIVEN } from "../sim-request.ts";
import type { World } from "../world.ts";
import { auditFallback } from "./fallback.ts";
import type { Findings } from "./findings.ts";
import { auditSequels } from "./sequels.ts";
import { auditTrust } from "./trust.ts";

/** Everything has come to rest: compares what there is with what was promised. */
export async function lookOver(
  world: World,
  now: number,
  /** Nothing but nodes failed, and the registry is as it was. */
  isReachable: boolean,
  findings: Findings,
): Promise<void> {
  const archived = await world.index.archived();
  lookForMessages(world, findings);
  compareRuns(world, archived, findings);
  await askAgain(world, archived, findings);
  await auditSequels(world, findings);
  if (isReachable)
    auditFallback(
      [...world.commits.all].map(({ state }) => state),
      await world.backends.registry.snapshot("default"),
      findings,
    );
  lookIntoRings(world, findings);
  await lookForValues(world, archived, findings);
  // A deleted run's record is gone, and what was observed in it still counts.
  const ended = [...world.commits.all].flatMap(({ state, isRestored }) => (isRestored ? [] : [state]));
  await auditTrust(ended, world.slots, world.backends.trust, now, findings);
}

function lookForMessages({ backends }: World, findings: Findings): void {
  const { execute, events, deadExecute, deadEvents } = backends.bus;
  const { triggers, deadTriggers } = backends.triggerBus;
  const queues = { execute, events, deadExecute, deadEvents, triggers, deadTriggers };
  for (const [name, queue] of Object.entries(queues))
    if (queue.size + queue.inFlight > 0)
      findings.add("clean", `${queue.size} waiting and ${queue.inFlight} in flight in ${name}`);
}

function compareRuns({ commits, told }: World, archived: ReadonlyMap<string, RunState>, findings: Findings): void {
  for (const [id, { state, goneAt, begunAt }] of commits.runs) {
    const record = archived.get(id);
    if (state.header.finishedAt === null) findings.add("ends", `run ${id} is ${state.header.status}`);
    else if (goneAt === null || !(record || told.mayBeGone(id, begunAt)))
      findings.add("balanced", `run ${id} has ended and is not archived`);
    else if (record && encodeRun(record) !== encodeRun(state))
      findings.add("balanced", `run ${id} is archived otherwise than it ended`);
  }
  for (const id of archived.keys())
    if (!commits.runs.has(id)) findings.add("balanced", `run ${id} is archived and never began`);
}

/** Whatever a run refers to can be read. */
async function lookForValues(
  { backends }: World,
  archived: ReadonlyMap<string, RunState>,
  findings: Findings,
): Promise<void> {
  for (const [id, state] of archived)
    for (const { key } of refsOf(state))
      if ((await backends.blobs.get(key)) === null) findings.add("whole", `run ${id} refers to ${key}, which is gone`);
}

/** Whoever was told of a run finds it, and finds it as it was told. */
async function askAgain(
  { index, backends, commits, told, clients }: World,
  archived: ReadonlyMap<string, RunState>,
  findings: Findings,
): Promise<void> {
  for (const [id, { header }] of archived) {
    const place = (await index.get(header.tenant, id))?.archive;
    told.settle(id, place ? await backends.blobs.get(place.key, place) : null, GIVEN);
  }
  for (const id of told.known) {
    if (!archived.has(id) && !told.mayBeGone(id, commits.runs.get(id)?.begunAt ?? 0))
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
        if (owner !== "~keys" && !isLasting(owner, part))
          findings.add("clean", `ring ${number} still holds part ${part} of ${owner}`);
}
