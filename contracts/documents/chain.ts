import { z } from "zod";
import { anyObject } from "../json/any-json.ts";
import { nodeName, plainText, type JsonObject } from "../json/json.ts";
import { RUN_OPERATION_NAMES, type RunOperation } from "./operation.ts";

/** When an envelope of a list is sent: the run succeeded, it failed, or it ended in any way, a cancellation included. */
export const CHAIN_LISTS = ["on_success", "on_failure", "on_complete"] as const;
export type ChainList = (typeof CHAIN_LISTS)[number];

/** The most envelopes of one list. */
export const MOST_LINKS = 10;
/** The deepest nesting of lists within lists, and the longest lineage a chain may grow. */
export const MOST_DEPTH = 8;
/** The most bytes of JSON the lists of one envelope may take together. */
export const MOST_CHAIN_BYTES = 64 * 1024;

const inner = (when: string) =>
  z
    .array(anyObject("An envelope to send."))
    .max(MOST_LINKS, `at most ${MOST_LINKS} envelopes are sent`)
    .optional()
    .meta({ description: `Sent when this envelope's own run ${when}.` });

/** One envelope to be sent when a run ends. Its own lists are read by the same schema, level by level. */
export const chainLinkWire = z.strictObject({
  operation: z.enum(RUN_OPERATION_NAMES).meta({ description: "What to ask for." }),
  payload: anyObject(
    'What the operation needs. A value of `given` or `input` may be a reference: `{"$from": "result.document.text"}`.',
  ),
  target_node: nodeName.nullish().meta({ description: "The node of `node.execute`, where the payload names none." }),
  tags: z.array(plainText.min(1).max(256)).max(100).optional().meta({ description: "Tags of the run it starts." }),
  on_success: inner("succeeded"),
  on_failure: inner("failed"),
  on_complete: inner("ended"),
});

const list = (when: string) =>
  z
    .array(chainLinkWire)
    .max(MOST_LINKS, `at most ${MOST_LINKS} envelopes are sent`)
    .nullish()
    .meta({ description: `Envelopes to send when the run ${when}.` });

/** The lists an envelope or a trigger may carry. */
export const chainFields = {
  on_success: list("has succeeded"),
  on_failure: list("has failed"),
  on_complete: list("has ended, however it did"),
};

/** One envelope to be sent, as it is stored. */
export interface ChainLink extends Chains {
  readonly operation: RunOperation;
  readonly payload: JsonObject;
  readonly target_node?: string;
  readonly tags?: readonly string[];
}

/** What is sent when a run ends. Absent lists are empty. */
export interface Chains {
  readonly on_success?: readonly ChainLink[];
  readonly on_failure?: readonly ChainLink[];
  readonly on_complete?: readonly ChainLink[];
}

/** The lists as a sender writes them; what is wrong with them the server says. */
export type ChainsInput = { readonly [L in ChainList]?: readonly Readonly<Record<string, unknown>>[] };
