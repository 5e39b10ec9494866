import {
  metadataToWire,
  NO_METADATA,
  type Envelope,
  type EnvelopeMetadata,
} from "../../contracts/documents/envelope.ts";
import type { ChainsInput } from "../../contracts/documents/chain.ts";
import type { GoalInput } from "../../contracts/documents/goal.ts";
import type { JsonObject } from "../../contracts/json/json.ts";
import { runSummary, type RunSummaryView } from "../../contracts/api/run.ts";
import { readAnswer, readEnvelope } from "./answer.ts";
import type { Transport } from "./transport.ts";

/** An envelope to send. What is left out, the host assigns. */
export interface EnvelopeInput {
  readonly operation: string;
  /** JSON: what the operation needs. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Who sends; the client's own name when left out. */
  readonly sourceNode?: string;
  readonly targetNode?: string;
  readonly handlerType?: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly metadata?: Partial<EnvelopeMetadata>;
  /** Envelopes to send when the run has ended. */
  readonly chains?: ChainsInput;
}

export interface SendOptions {
  /** Hold the answer until the run ends, at most this many seconds, 60 at most. Default: answer at once. */
  readonly waitSeconds?: number;
  /** Makes two sends one. Made up when neither this nor the metadata has one, so that a repeated attempt runs nothing twice. */
  readonly idempotencyKey?: string;
  /** A registry version this request must see. */
  readonly registryVersion?: string;
  readonly signal?: AbortSignal;
}

/** An accepted envelope. A run that failed is an answer too: see `envelope.success` and `envelope.error`. */
export interface Sent {
  readonly runId: string;
  readonly finished: boolean;
  /** How the run stands, and what it gave: the payload of the response. */
  readonly run: RunSummaryView;
  /** The response. */
  readonly envelope: Envelope;
  readonly idempotencyKey: string;
}

export interface EnvelopeClient {
  send(input: EnvelopeInput, options?: SendOptions): Promise<Sent>;
}

/** `POST /v1/envelopes`. `name` is the source of envelopes that name none. */
export function envelopeClient(transport: Transport, name: string, newKey: () => string): EnvelopeClient {
  return {
    async send(input, options = {}) {
      const idempotencyKey = options.idempotencyKey ?? input.metadata?.idempotencyKey ?? newKey();
      const { body, response } = await transport.json({
        method: "POST",
        path: "/v1/envelopes",
        headers: {
          ...(options.waitSeconds === undefined ? {} : { prefer: `wait=${Math.ceil(options.waitSeconds)}` }),
          ...(options.registryVersion === undefined ? {} : { "x-onex-registry-version": options.registryVersion }),
        },
        body: wireOf(input, name, idempotencyKey),
        signal: options.signal,
        waitSeconds: options.waitSeconds ?? 0,
      });
      const envelope = readEnvelope(body);
      const run = readAnswer(runSummary, envelope.payload);
      return { runId: run.run_id, run, finished: response.status === 200, envelope, idempotencyKey };
    },
  };
}

const wireOf = (input: EnvelopeInput, name: string, idempotencyKey: string): Readonly<Record<string, unknown>> => ({
  source_node: input.sourceNode ?? name,
  operation: input.operation,
  payload: input.payload,
  metadata: metadataToWire({ ...NO_METADATA, ...input.metadata, idempotencyKey }),
  ...input.chains,
  ...(input.targetNode === undefined ? {} : { target_node: input.targetNode }),
  ...(input.handlerType === undefined ? {} : { handler_type: input.handlerType }),
  ...(input.correlationId === undefined ? {} : { correlation_id: input.correlationId }),
  ...(input.causationId === undefined ? {} : { causation_id: input.causationId }),
});

/** The envelope that asks for a goal. */
export const goalEnvelope = (goal: GoalInput): EnvelopeInput => ({ operation: "goal.run", payload: goal });

/** The envelope that asks for one node. */
export const nodeEnvelope = (node: string, input: JsonObject, version: string | undefined): EnvelopeInput => ({
  operation: "node.execute",
  targetNode: node,
  payload: { node, input, ...(version === undefined ? {} : { version }) },
});
