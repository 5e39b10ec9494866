import { CHAIN_LISTS, type ChainsInput } from "../../../contracts/documents/chain.ts";
import { envelopeDraft, type EnvelopeDraft } from "../../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { type WireClient, OnexError } from "../../client/wire-client.ts";
import type { EnvelopeInput } from "../../client/envelopes.ts";
import { asking } from "../remote/server.ts";
import type { OnSignal, Runner } from "./runner.ts";

/** Runs on a server. */
export function remoteRunner(client: WireClient): Runner {
  const { runs } = client;
  return {
    outlives: true,
    begin: (envelope) => asking(async () => (await client.envelopes.send(inputOf(envelope))).runId),
    missing: (names) => asking(() => missingOf(client, names)),
    takeIn: (snapshot) => asking(async () => (await runs.import(snapshot)).run_id),
    rerun: (runId, request, options) => asking(async () => (await runs.rerun(runId, request, options)).run_id),
    follow: (runId, timeoutMs, onSignal) =>
      asking(() =>
        onSignal === null ? waited(client, runId, timeoutMs) : watched(client, runId, timeoutMs, onSignal),
      ),
    sendEvent: (runId, name, payload) =>
      asking(async () => {
        const { heard_by: steps, awaited } = await runs.sendEvent(runId, name, payload);
        return { steps, awaited };
      }),
    decide: (runId, step, word) => asking(async () => void (await runs.decide(runId, step, word))),
    view: (runId) => asking(() => runs.get(runId)),
    result: (runId) => asking(() => runs.result(runId)),
    exported: (runId, options) => asking(() => runs.export(runId, options)),
    value: (runId, step, key) => asking(() => runs.value(runId, step, key)),
    replay: (runId) => asking(() => runs.replay(runId)),
  };
}

/** Asked for a few at a time: a graph may name many. */
const AT_ONCE = 8;

async function missingOf({ nodes }: WireClient, names: readonly string[]): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = 0; at < names.length; at += AT_ONCE) {
    const some = names.slice(at, at + AT_ONCE);
    const there = await Promise.all(some.map((name) => isThere(nodes, name)));
    missing.push(...some.filter((_, i) => there[i] === false));
  }
  return missing;
}

async function isThere(nodes: WireClient["nodes"], name: string): Promise<boolean> {
  try {
    await nodes.get(name);
    return true;
  } catch (thrown) {
    if (thrown instanceof OnexError && thrown.code === "NODE_NOT_FOUND") return false;
    throw thrown;
  }
}

async function waited({ runs }: WireClient, runId: string, timeoutMs: number): Promise<boolean> {
  try {
    await runs.wait(runId, { timeoutSeconds: timeoutMs / 1000 });
    return true;
  } catch (thrown) {
    if (thrown instanceof OnexError && thrown.code === "RUN_NOT_FINISHED") return false;
    throw thrown;
  }
}

async function watched({ runs }: WireClient, runId: string, timeoutMs: number, onSignal: OnSignal): Promise<boolean> {
  const time = AbortSignal.timeout(timeoutMs);
  try {
    for await (const signal of runs.events(runId, { signal: time })) await onSignal(signal);
    return true;
  } catch (thrown) {
    if (time.aborted && thrown instanceof OnexError && thrown.code === "CONNECTION_ERROR") return false;
    throw thrown;
  }
}

/** What the file did not say is left to the host. */
function inputOf(envelope: JsonObject): EnvelopeInput {
  const { operation, payload, sourceNode, targetNode, handlerType, correlationId, causationId, metadata, lists } =
    envelopeDraft.parse(envelope);
  return {
    operation,
    payload,
    sourceNode,
    metadata,
    ...(targetNode === null ? {} : { targetNode }),
    ...(handlerType === null ? {} : { handlerType }),
    ...(correlationId === null ? {} : { correlationId }),
    ...(causationId === null ? {} : { causationId }),
    ...(lists === undefined ? {} : { chains: chainsIn(lists) }),
  };
}

/** The lists that were written, as they were: what is wrong with them the server says. */
const chainsIn = (lists: NonNullable<EnvelopeDraft["lists"]>): ChainsInput =>
  Object.fromEntries(CHAIN_LISTS.flatMap((list) => (lists[list] ? [[list, lists[list]]] : [])));
