import type { NodeDefinition } from "../../registry/node.ts";
import type { TrustScore } from "../../trust/score.ts";
import type { Policy } from "../model/policy.ts";

/** This many milliseconds of expected latency weigh as much as one unit of declared cost. */
export const LATENCY_UNIT_MS = 100;
/** A score of zero would make a node infinitely dear; below this it makes no more difference. */
const LEAST_TRUST = 0.01;
/** Prices are whole millionths: sums of them are exact, so the order of addition can never decide between variants. */
export const PRICE_UNITS = 1_000_000;

/**
 * A node's own price in the choice between variants, in millionths of a cost unit:
 * (cost · prefer.cost + latencyMs / 100 · prefer.latency) / trust^prefer.trust. Never below one millionth, so among
 * plans that cost nothing the one with fewer steps wins.
 */
export function priceOf(node: NodeDefinition, trust: TrustScore, policy: Policy): number {
  const { cost, latencyMs } = node.execution;
  const effort = cost * policy.prefer.cost + (latencyMs / LATENCY_UNIT_MS) * policy.prefer.latency;
  const divisor = Math.max(LEAST_TRUST, trust.score) ** policy.prefer.trust;
  return Math.min(Number.MAX_VALUE, Math.max(1, Math.round((effort / divisor) * PRICE_UNITS)));
}
