import { keysOf } from "../../../../contracts/json/narrow.ts";
import type { JsonSchema } from "../../../../contracts/json/json.ts";
import { runsIn } from "../../registry/entrypoints.ts";
import type { NodeDefinition } from "../../registry/node.ts";
import { assignable } from "../../schema/assignable.ts";

/** What a step that its ring executes waits for: a moment, a named event, or a person's word. */
export type WaitKind = "sleep" | "event" | "approval";

/**
 * A wait as its node declares it. The step's own inputs `wait.ms`, `wait.until`, `wait.event`, `wait.timeout_ms` and
 * `wait.prompt` go before these.
 */
export interface WaitSpec {
  readonly kind: WaitKind;
  /** How long a sleep takes, in milliseconds. */
  readonly ms: number | null;
  /** The event's name; null takes the step's id. */
  readonly event: string | null;
  /** After this many milliseconds an event or approval has not come: WAIT_TIMEOUT. */
  readonly timeoutMs: number;
  /** The node's contract asks for more than every wait of the kind yields: what comes is checked before the step ends. */
  readonly checked?: true;
}

/** A wait that declares no timeout ends after a day: no run waits for ever. */
export const DEFAULT_WAIT_TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/** What an entrypoint of type `wait` may name as its target. */
export const WAIT_KINDS: ReadonlySet<string> = new Set<WaitKind>(["sleep", "event", "approval"]);

/** What a wait of each kind yields, whoever declares it. */
const YIELDS: Readonly<Record<WaitKind, JsonSchema>> = {
  sleep: {
    type: "object",
    required: ["until"],
    additionalProperties: false,
    properties: { until: { type: "integer", minimum: 0 } },
  },
  event: {},
  approval: {
    type: "object",
    required: ["approved"],
    additionalProperties: false,
    properties: {
      approved: { const: true },
      by: { type: "string", minLength: 1, maxLength: 200 },
      comment: { type: "string", minLength: 1, maxLength: 2_000 },
    },
  },
};

const waits = new WeakMap<NodeDefinition, WaitSpec>();

/** The wait of a node with entrypoint `wait`, from its target and its contract's `config`; undefined for other nodes. */
export function waitOf(node: NodeDefinition): WaitSpec | undefined {
  const { target } = node.entrypoint;
  const kind = keysOf(YIELDS).find((known) => known === target);
  if (!runsIn(node, "ring") || kind === undefined) return undefined;
  const known = waits.get(node);
  if (known) return known;
  const { ms, event, timeout_ms: timeout } = node.config;
  const made: WaitSpec = {
    kind,
    ms: typeof ms === "number" ? ms : null,
    event: typeof event === "string" ? event : null,
    timeoutMs: typeof timeout === "number" ? timeout : DEFAULT_WAIT_TIMEOUT_MS,
    ...(keepsContract(node, YIELDS[kind]) ? {} : { checked: true }),
  };
  waits.set(node, made);
  return made;
}

/** Whether the node's contract takes whatever the wait yields. */
function keepsContract({ outputs, outputState }: NodeDefinition, yields: JsonSchema): boolean {
  const [key] = Object.keys(outputs).sort();
  if (key === undefined) return true;
  const state: JsonSchema = {
    type: "object",
    required: [key],
    additionalProperties: false,
    properties: { [key]: yields },
  };
  return assignable(state, outputState).fit === "yes";
}
