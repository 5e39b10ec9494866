import { chainsToWire } from "../../../contracts/documents/envelope.ts";
import { busTrigger } from "../../../contracts/messages/bus-trigger.ts";
import type { Chains } from "../../../contracts/documents/chain.ts";
import type { JsonObject, JsonValue } from "../../../contracts/json/json.ts";
import { readChains } from "../chain/read-chains.ts";
import type { DeadLetterClass } from "../dead-letters/dead-letter.ts";
import { faultsOfIssues, refusal } from "../envelope/refusal.ts";
import { fault, type Fault } from "../errors.ts";
import { flawFault } from "../json/flaw.ts";
import { jsonFlaw } from "../json/read-json.ts";
import type { ContractKey } from "../registry/node.ts";
import { err, ok, type Result } from "../result.ts";
import { valueHash } from "../run/model/hash.ts";
import { textOf } from "./message.ts";
import { groupOfTopic } from "./topic.ts";

/** A bus message that asks for something. */
export interface Trigger {
  readonly id: string;
  readonly group: string;
  /** Messages of a group with the same key are one. */
  readonly idempotentKey: string;
  readonly correlationId: string | null;
  readonly source: string;
  readonly node: string | null;
  readonly want: readonly ContractKey[];
  readonly input: JsonObject;
  readonly tags: readonly string[];
  readonly minTrust: number;
  readonly chains: Chains | null;
  /** SHA-256 of what is asked for: the same key with another hash is a conflict. */
  readonly hash: string;
}

/** Why a message is not taken, and which kind of dead letter that makes. */
export interface TriggerRefusal {
  readonly errorType: DeadLetterClass;
  readonly fault: Fault;
}

const NEWEST_MAJOR = 1;

/**
 * Reads a bus message. `no_dispatcher`: a topic nobody here listens to. `valid_unrouted`: a newer major version.
 * `publisher_malformed`: everything else that is wrong; the fault lists all of it.
 */
export function readTrigger(message: JsonObject): Result<Trigger, TriggerRefusal> {
  const flaw = jsonFlaw(message);
  if (flaw) return refuse("publisher_malformed", flawFault("INVALID_PARAMETER", "the message", flaw));
  const topic = textOf(message, "topic");
  if (
    topic !== null &&
    groupOfTopic(topic) === null &&
    /^[a-z]/.test(topic) &&
    !topic.startsWith("node.exec.request")
  ) {
    return refuse(
      "no_dispatcher",
      fault("TRIGGER_NOT_TAKEN", "nobody here listens to its topic", { place: "$.topic" }),
    );
  }
  const major = Number(textOf(message, "schema_version")?.split(".")[0] ?? NEWEST_MAJOR);
  if (major > NEWEST_MAJOR) {
    const hint = `send version ${NEWEST_MAJOR}.x, or update ONEX`;
    const said = `its schema_version has a newer major version than ${NEWEST_MAJOR}`;
    return refuse("valid_unrouted", fault("TRIGGER_NOT_TAKEN", said, { place: "$.schema_version", hint }));
  }
  const read = busTrigger.safeParse(message);
  if (!read.success) {
    return refuse(
      "publisher_malformed",
      refusal("the message", faultsOfIssues("INVALID_PARAMETER", read.error.issues, { schema: busTrigger })),
    );
  }
  const wire = read.data;
  const chains = readChains(wire, "INVALID_PARAMETER");
  if (!chains.ok) return refuse("publisher_malformed", refusal("the message", chains.error));
  const { node = null, want, input, tags, min_trust: minTrust } = wire;
  if (node !== null && want.length > 0) {
    const hint = "leave node out, or want";
    const said = "a message names a node or states a goal, not both";
    return refuse("publisher_malformed", fault("INVALID_PARAMETER", said, { place: "$.want", hint }));
  }
  const asked: JsonValue = {
    node,
    want,
    input,
    tags,
    min_trust: minTrust,
    chains: chains.value ? chainsToWire(chains.value) : null,
  };
  return ok({
    id: wire.trigger_id,
    group: groupOfTopic(wire.topic) ?? "",
    idempotentKey: wire.idempotent_key,
    correlationId: wire.correlation_id ?? null,
    source: wire.source,
    node,
    want,
    input,
    tags,
    minTrust,
    chains: chains.value,
    hash: valueHash(asked),
  });
}

const refuse = (errorType: DeadLetterClass, problem: Fault): Result<never, TriggerRefusal> =>
  err({ errorType, fault: problem });
