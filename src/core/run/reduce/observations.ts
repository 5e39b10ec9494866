import { nodeRef, type NodeRef } from "../../registry/node.ts";
import { factsOf, observe, type Observation } from "../../trust/observation.ts";
import { addObservations, emptyTotals, type TrustTotals } from "../../trust/totals.ts";
import { isHandlerOperation } from "../../operation/handler-operations.ts";
import { compositeFacts } from "./composite-facts.ts";
import { isForeign } from "../model/origin.ts";
import type { RunState, StepState } from "../model/state.ts";
import { triedSteps } from "../model/tried-steps.ts";

/**
 * What a run says about the nodes it used: one observation for every attempt that ended, retried ones and those of
 * replaced steps too, and one for every composite that was executed as a whole or failed.
 */
export function observationsOf(
  state: RunState,
): readonly { readonly node: NodeRef; readonly observation: Observation }[] {
  const seen: { node: NodeRef; observation: Observation }[] = [];
  for (const { step, state: own } of triedSteps(state)) {
    // Operations are in no registry: nobody chooses between them, so nothing is to be known of them.
    if (own.attempts.length === 0 || isHandlerOperation(step.node)) continue;
    const node = nodeRef({ name: step.node, version: step.version });
    for (const facts of attemptFacts(own, step.timeoutMs)) {
      const observation = observe(facts);
      if (observation.w > 0) seen.push({ node, observation });
    }
  }
  for (const { node, facts } of compositeFacts(state)) {
    const observation = observe(facts);
    if (observation.w > 0) seen.push({ node, observation });
  }
  return seen;
}

/** What a run has to say about a node, counted. */
export interface NodeTrust {
  readonly node: NodeRef;
  readonly totals: TrustTotals;
}

/** The run's observations, counted by node; a run from a file says nothing here. */
export function trustOf(state: RunState): readonly NodeTrust[] {
  if (isForeign(state.header)) return [];
  const byNode = Map.groupBy(observationsOf(state), ({ node }) => node);
  return [...byNode].map(([node, seen]) => ({
    node,
    totals: addObservations(
      emptyTotals(),
      seen.map(({ observation }) => observation),
    ),
  }));
}

function attemptFacts(step: StepState, timeoutMs: number): ReturnType<typeof factsOf>[] {
  const failures = step.attempts.flatMap(({ fault, durationMs, finishedAt }) => {
    if (fault === null || finishedAt === null) return [];
    const inputBytes = step.outcome?.inputBytes ?? 0;
    const spent = durationMs ?? 0;
    return [
      factsOf(
        { ok: false, fault, inputHash: null, inputBytes, startedAt: finishedAt - spent, durationMs: spent },
        timeoutMs,
      ),
    ];
  });
  return step.outcome?.ok ? [...failures, factsOf(step.outcome, timeoutMs)] : failures;
}
