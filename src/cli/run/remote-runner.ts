import { CHAIN_LISTS, type ChainsInput } from "../../../contracts/documents/chain.ts";
import { envelopeDraft, type EnvelopeDraft } from "../../../contracts/documents/envelope.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import { type Client, OnexError } from "../../client/client.ts";
import type { EnvelopeInput } from "../../client/envelopes.ts";
import { asking } from "../remote/server.ts";
import type { OnSignal, Runner } from "./runner.ts";

/** Runs on a server. */
export function remoteRunner(client: Client): Runner {
  const { runs } = client;
  return {
    outlives: true,
    begin: (envelope) => asking(async () => (await client.envelopes.send(inputOf(envelope))).runId),
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

async function waited({ runs }: Client, runId: string, timeoutMs: number): Promise<boolean> {
  try {
    await runs.wait(runId, { timeoutSeconds: timeoutMs / 1000 });
    return true;
  } catch (thrown) {
    if (thrown instanceof OnexError && thrown.code === "RUN_NOT_FINISHED") return false;
    throw thrown;
  }
}

async function watched({ runs }: Client, runId: string, timeoutMs: number, onSignal: OnSignal): Promise<boolean> {
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
