import type { NodeDefinition } from "../../registry/node.ts";

/** What a step with entrypoint `wait` waits for: a moment, a named event, or a person's word. */
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
}

/** A wait that declares no timeout ends after a day: no run waits for ever. */
export const DEFAULT_WAIT_TIMEOUT_MS = 24 * 60 * 60 * 1_000;

/** What an entrypoint of type `wait` may name as its target. */
export const WAIT_KINDS: ReadonlySet<string> = new Set<WaitKind>(["sleep", "event", "approval"]);

/** The wait of a node with entrypoint `wait`, from its target and its contract's `config`; undefined for other nodes. */
export function waitOf(node: NodeDefinition): WaitSpec | undefined {
  const { type, target } = node.entrypoint;
  if (type !== "wait" || !WAIT_KINDS.has(target)) return undefined;
  const { ms, event, timeout_ms: timeout } = node.config;
  return {
    kind: target as WaitKind,
    ms: typeof ms === "number" ? ms : null,
    event: typeof event === "string" ? event : null,
    timeoutMs: typeof timeout === "number" ? timeout : DEFAULT_WAIT_TIMEOUT_MS,
  };
}
