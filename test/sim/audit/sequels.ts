import { linkKey, linksOf } from "../../../src/core/chain/links.ts";
import { ownSequelsSince } from "../../../src/core/chain/sequel.ts";
import { ANY_DEAD_LETTER } from "../../../src/core/dead-letters/query.ts";
import { TERMINAL_RUN, type RunState } from "../../../src/core/run/model/state.ts";
import { keyedRunId } from "../../../src/core/run/model/run-id.ts";
import { RINGS, type World } from "../world.ts";
import type { Findings } from "./findings.ts";

const TENANT = "default";

/** Whatever had to follow the end of a run has followed it, once. */
export async function auditSequels(world: World, findings: Findings): Promise<void> {
  const dead = await deadRuns(world);
  for (const { state, begunAt } of world.commits.all) {
    const { id } = state.header;
    // A deleted run is followed by nothing; what died waits for somebody to send it again.
    if (!world.told.mayBeGone(id, begunAt) && !dead.has(id)) await auditChains(world, state, findings);
  }
  await auditTriggers(world, findings);
}

async function auditChains({ backends, commits }: World, state: RunState, findings: Findings): Promise<void> {
  const { id } = state.header;
  if (!TERMINAL_RUN.has(state.header.status)) return;
  const done = await backends.sequels.of(TENANT, id, ownSequelsSince(state.header.createdAt));
  const children = new Set<string>();
  for (const place of linksOf(state)) {
    const name = `${place.list}[${place.index}] of run ${id}`;
    const [entry, ...more] = done.filter(({ list, index }) => list === place.list && index === place.index);
    const child = keyedRunId(TENANT, linkKey(state.header, place), RINGS);
    if (!entry || more.length > 0) findings.add("followed", `${name} is noted ${entry ? more.length + 1 : 0} times`);
    else if (entry.refused) {
      if (!entry.refused.code.startsWith("PLAN_") && entry.refused.code !== "NODE_NOT_FOUND")
        findings.add("followed", `${name} was refused: ${entry.refused.code}`);
    } else if (entry.childId !== child || children.has(child) || !commits.runs.has(child))
      findings.add("followed", `${name} started ${entry.childId ?? "nothing"}`);
    children.add(child);
  }
}

/** Runs about which a message has died. */
async function deadRuns({ backends }: World): Promise<ReadonlySet<string>> {
  const found = await backends.deadLetters.search(TENANT, ANY_DEAD_LETTER, { limit: 1_000, after: null });
  return new Set(found.items.flatMap(({ messageType, runId }) => (messageType === "sequel" && runId ? [runId] : [])));
}

async function auditTriggers({ backends, commits, clients, told }: World, findings: Findings): Promise<void> {
  const { triggers, triggerBus, deadLetters } = backends;
  const results = triggerBus.results.pull(10_000).map(({ body }) => body);
  const dead = await deadLetters.search(TENANT, ANY_DEAD_LETTER, { limit: 1_000, after: null });
  const died = dead.items.some(({ messageType }) => messageType === "trigger" || messageType === "sequel");
  const accepted = new Map<string, string>();
  for (const { id, key } of clients.published) {
    const record = await triggers.get(TENANT, id);
    const name = `message ${id} of key ${key}`;
    if (!record) {
      if (!died) findings.add("triggered", `${name} is not known`);
      continue;
    }
    if (record.status === "duplicate") continue;
    if (record.status === "refused") {
      if (!results.some((result) => result.trigger_id === id && result.status === "refused"))
        findings.add("triggered", `${name} was refused and nobody was told`);
      continue;
    }
    if (accepted.has(key)) findings.add("triggered", `${name} is accepted beside ${accepted.get(key)}`);
    accepted.set(key, id);
    for (const { runId, refused, taker } of record.parts) {
      if (refused) continue;
      const what = `${name}, ${taker ?? "goal"}`;
      if (runId === null) {
        if (!died) findings.add("triggered", `${what} has not been started`);
        continue;
      }
      const run = commits.runs.get(runId);
      if (!run) findings.add("triggered", `${what}: run ${runId} never began`);
      else if (!died && !told.mayBeGone(runId, run.begunAt) && !results.some((result) => result.run_id === runId))
        findings.add("triggered", `${what}: run ${runId} has ended and nobody was told`);
    }
  }
}
