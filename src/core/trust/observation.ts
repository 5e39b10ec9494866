import type { ErrorCode } from "../errors.ts";
import type { StepOutcome } from "../run/model/state.ts";
import { BLAME } from "./blame.ts";

/** One thing seen of a node: how good it was, how much it says, and when. */
export interface Observation {
  /** 0 to 1. */
  readonly x: number;
  /** 0 to 2; 0 says nothing. */
  readonly w: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** What is known of one ended attempt of a node. Times in milliseconds. */
export interface AttemptFacts {
  readonly result: "success" | "partial" | "failure";
  /** Why it failed; null otherwise. */
  readonly code: ErrorCode | null;
  /** The failure says nothing about the node, whatever its code. */
  readonly blameless?: boolean;
  /** The result came from the cache: the node did nothing. */
  readonly cached: boolean;
  readonly inputBytes: number;
  readonly durationMs: number;
  /** The time the contract declares for one attempt. */
  readonly timeoutMs: number;
  readonly endedAt: number;
}

const BASE = { success: 1, partial: 0.5, failure: 0 } as const;
const MAX_LATENCY_LOSS = 0.2;

/**
 * x is 1, 0.5 or 0 and loses up to 0.2 by latency: 0.2 · min(1, duration / timeout), never below 0.
 * w is 0 for cached results and for failures that are not the node's (see BLAME), otherwise it grows by a tenth with
 * each doubling of the input: 1 below 1 KiB, 1.1 from 1 KiB, 1.2 from 2 KiB, … 2 from 512 KiB on.
 */
export function observe(facts: AttemptFacts): Observation {
  const share = facts.timeoutMs > 0 ? Math.min(1, Math.max(0, facts.durationMs) / facts.timeoutMs) : 0;
  const x = Math.max(0, BASE[facts.result] - MAX_LATENCY_LOSS * share);
  return { x, w: counts(facts) ? weightOf(facts.inputBytes) : 0, at: facts.endedAt };
}

/** The facts of a step's outcome as the executor reports it. */
export function factsOf(outcome: StepOutcome, timeoutMs: number): AttemptFacts {
  return {
    result: outcome.ok ? "success" : "failure",
    code: outcome.ok ? null : outcome.fault.code,
    ...(!outcome.ok && outcome.fault.blameless ? { blameless: true } : {}),
    cached: outcome.ok && outcome.cached,
    inputBytes: outcome.inputBytes,
    durationMs: outcome.durationMs,
    timeoutMs,
    endedAt: outcome.startedAt + outcome.durationMs,
  };
}

const counts = ({ cached, code, blameless = false }: AttemptFacts): boolean =>
  !cached && (code === null || (BLAME[code] === 1 && !blameless));

/** Doublings are counted in bits, not by Math.log2, whose last bit is up to the engine. */
const weightOf = (bytes: number): number => 1 + Math.min(10, 32 - Math.clz32(Math.max(0, bytes) / 1024)) / 10;
