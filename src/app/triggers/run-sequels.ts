import type { Chains } from "../../../contracts/documents/chain.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { chainTag, originAfter, linkKey, linksOf, samePlace, type PlacedLink } from "../../core/chain/links.ts";
import type { SequelMessage } from "../../core/chain/message.ts";
import { resolvePayload, type Resolved } from "../../core/chain/resolve.ts";
import { notedAt, ownSequelsSince, type Sequel } from "../../core/chain/sequel.ts";
import { NO_METADATA, type Envelope } from "../../../contracts/documents/envelope.ts";
import { isRetryable, RuntimeHostError, type Fault } from "../../core/errors.ts";
import { err, type Result } from "../../core/result.ts";
import { isForeign } from "../../core/run/model/origin.ts";
import { TERMINAL_RUN, type RunState } from "../../core/run/model/state.ts";
import { isoTime } from "../../core/run/model/time.ts";
import { refusedBy } from "../../core/trigger/record.ts";
import { resultOf } from "../../core/trigger/result-message.ts";
import type { BlobStore } from "../../spi/blob-store.ts";
import type { Ids } from "../../spi/clock.ts";
import type { SequelBook } from "../../spi/books/sequel-book.ts";
import type { TriggerBus } from "../../spi/trigger-bus.ts";
import type { CpuAllowance } from "../execute/cpu-allowance.ts";
import { callOfRun, sharing } from "../call-context.ts";
import { bury, type BuryPorts } from "../deliver/bury.ts";
import { loadState } from "../execute/value-store.ts";
import type { RunReader } from "../runs/run-reader.ts";
import type { EnvelopeService } from "../operations/envelope-service.ts";

export interface SequelPorts extends BuryPorts {
  readonly runs: RunReader;
  readonly envelopes: EnvelopeService;
  readonly sequels: SequelBook;
  readonly triggerBus: TriggerBus;
  readonly ids: Ids;
  /** What the runs that are started here share. */
  readonly cpu?: CpuAllowance;
}

/**
 * Does what follows the end of a run and has not been done: sends the envelopes of its lists, answers its trigger. Safe
 * to repeat at any point: a started run is found again by its idempotency key, and what is done is in the book. What
 * the planner refuses is a dead letter and an entry of the run's page; what may be cured by waiting is thrown.
 */
export async function followRun(queue: string, message: SequelMessage, ports: SequelPorts): Promise<void> {
  const state = await ports.runs.read(message.tenant, message.runId);
  // A run that was deleted is followed by nothing; one that goes on announces its end itself.
  if (!state || isForeign(state.header) || !TERMINAL_RUN.has(state.header.status)) return;
  const done = await ports.sequels.of(message.tenant, message.runId, ownSequelsSince(state.header.createdAt));
  for (const link of linksOf(state)) {
    if (message.link && !samePlace(link, message.link)) continue;
    const earlier = done.find((sequel) => samePlace(sequel, link));
    const isDone = earlier !== undefined && (earlier.childId !== null || message.link === undefined);
    if (!isDone) await send(queue, link, state, message, ports);
  }
  if (message.link === undefined && !done.some(({ list }) => list === "result")) await answerTrigger(state, ports);
}

async function send(
  queue: string,
  link: PlacedLink,
  state: RunState,
  message: SequelMessage,
  ports: SequelPorts,
): Promise<void> {
  const started = await start(link, state, ports);
  if (!started.ok) {
    if (isRetryable(started.error)) throw new RuntimeHostError(started.error);
    await buryLink(queue, link, started.error, message, ports);
  }
  const sequel: Sequel = {
    ...entryOf(state, ports.clock.now()),
    list: link.list,
    index: link.index,
    childId: started.ok ? started.value.runId : null,
    refused: started.ok ? null : refusedBy(started.error),
  };
  await ports.sequels.record(sequel, ownSequelsSince(state.header.createdAt));
}

const entryOf = ({ header }: RunState, now: number): Pick<Sequel, "tenant" | "runId" | "at"> => ({
  tenant: header.tenant,
  runId: header.id,
  at: notedAt(header, now),
});

/** Starts the run of one link, or finds it started. */
async function start(
  placed: PlacedLink,
  state: RunState,
  ports: SequelPorts,
): Promise<Result<{ readonly runId: string }, Fault>> {
  const { header } = state;
  const origin = originAfter(header);
  if (!origin.ok) return origin;
  const resolved = resolvePayload(placed.link.payload, state);
  if (!resolved.ok) return resolved;
  const payload: Record<string, JsonValue> = { ...resolved.value.rest };
  for (const [field, values] of Object.entries(resolved.value.fields)) {
    const loaded: [string, JsonValue][] = [];
    for (const [key, value] of Object.entries(values)) loaded.push([key, await load(value, ports.blobs)]);
    payload[field] = Object.fromEntries(loaded);
  }
  const accepted = await ports.envelopes.accept(
    sharing(callOfRun(header), ports.cpu),
    envelopeOf(placed, state, payload, ports),
    {
      waitMs: 0,
      registryVersion: null,
      origin: origin.value,
    },
  );
  return accepted.ok ? accepted : err(accepted.error);
}

function envelopeOf(placed: PlacedLink, { header }: RunState, payload: JsonObject, ports: SequelPorts): Envelope {
  const { link } = placed;
  const { on_success, on_failure, on_complete } = link;
  const chains: Chains = {
    ...(on_success ? { on_success } : {}),
    ...(on_failure ? { on_failure } : {}),
    ...(on_complete ? { on_complete } : {}),
  };
  return {
    envelopeId: ports.ids.uuid(),
    correlationId: header.correlationId,
    causationId: header.envelopeId,
    envelopeVersion: "1.0.0",
    sourceNode: "onex",
    targetNode: link.target_node ?? null,
    operation: link.operation,
    handlerType: null,
    payload,
    metadata: {
      ...NO_METADATA,
      tags: [...(link.tags ?? []), chainTag(header.id)],
      idempotencyKey: linkKey(header, placed),
    },
    timestamp: isoTime(ports.clock.now()),
    isResponse: false,
    success: null,
    error: null,
    ...(Object.keys(chains).length === 0 ? {} : { chains }),
  };
}

async function load(value: Resolved, blobs: BlobStore): Promise<JsonValue> {
  if ("value" in value) return value.value;
  if ("all" in value) return loadState(value.all, blobs);
  const { loaded = null } = await loadState({ loaded: value.stored }, blobs);
  return loaded;
}

/** The refusal as a dead letter that, sent again, tries this one envelope again. */
async function buryLink(
  queue: string,
  { list, index }: PlacedLink,
  problem: Fault,
  message: SequelMessage,
  ports: SequelPorts,
): Promise<void> {
  const { redrive, ...bare } = message;
  const again: SequelMessage = { ...bare, link: { list, index }, ...(redrive && message.link ? { redrive } : {}) };
  await bury(
    { id: `${message.runId}-${list}-${index}`, queue, body: again, message: again },
    { errorType: "consumer_error", reason: `${list}[${index}] was refused`, cause: problem, retries: 0 },
    ports,
  );
}

/** Tells whoever asked by a bus message what came of it. Noted afterwards: told twice rather than never. */
async function answerTrigger(state: RunState, { triggerBus, sequels, clock }: SequelPorts): Promise<void> {
  const result = resultOf(state);
  if (!result) return;
  await triggerBus.publishResults([result]);
  const sequel: Sequel = { ...entryOf(state, clock.now()), list: "result", index: 0, childId: null, refused: null };
  await sequels.record(sequel, ownSequelsSince(state.header.createdAt));
}
