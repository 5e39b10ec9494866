import { isList, isObject, memberAt } from "../../../../contracts/json/narrow.ts";
import type { JsonObject, JsonValue } from "../../../../contracts/json/json.ts";
import { loadState } from "../../../app/execute/value-store.ts";
import { examplesOf, type NodeExample } from "../../../core/registry/cases.ts";
import { entrypointTraits } from "../../../core/registry/entrypoints.ts";
import { LIFECYCLES, type NodeArtifacts, type NodeDefinition } from "../../../core/registry/node.ts";
import { judgeProof, placeholderFault } from "../../../core/registry/proof.ts";
import { outputOf } from "../../../core/run/dispatch/work-item-of.ts";
import type { RunState } from "../../../core/run/model/state.ts";
import type { StoredValue } from "../../../core/run/model/value.ts";
import { LOCAL_TENANT } from "../../run/local-engine.ts";
import type { OnSignal, Runner } from "../../run/runner.ts";
import { CommandFailure } from "../../shell.ts";
import { caseEngine } from "./case-engine.ts";

/** A node with everything it consists of. */
export interface Candidate {
  readonly definition: NodeDefinition;
  readonly artifacts: NodeArtifacts;
}

/** What became of one case. */
export interface CaseVerdict {
  readonly name: string;
  /** Where the case is written. */
  readonly place: string;
  readonly verdict: "passed" | "failed" | "not_tried";
  /** Why; null when it passed. */
  readonly problem: string | null;
}

/** Waits end by themselves, however long they are: no case is waited for, its clock leaps. */
const LONGEST_MS = 400 * 24 * 60 * 60 * 1_000;

/**
 * Executes a node with every case of its own, each in an engine of its own, as a run of it would: planned, fed, checked
 * against its contract. What its case promises is compared. `world` holds the nodes that may be parts of it.
 */
export async function tryNode(node: Candidate, world: readonly Candidate[]): Promise<readonly CaseVerdict[]> {
  const { definition, artifacts } = node;
  const unwritten = placeholderFault(definition, artifacts.code);
  if (unwritten) return [verdictOf("its code", unwritten.place ?? "", "failed", unwritten.message)];
  const examples = examplesOf(artifacts);
  if (!examples.ok) return [verdictOf("its cases", examples.error.place ?? "", "failed", examples.error.message)];
  const [first] = examples.value;
  if (!first) return [verdictOf("", "contract.yaml:$.examples", "not_tried", "it has no example and no case")];
  const elsewhere = whyElsewhere(definition, world);
  if (elsewhere !== null)
    return examples.value.map(({ name, place }) => verdictOf(name, place, "not_tried", elsewhere));
  const verdicts: CaseVerdict[] = [];
  for (const example of examples.value) {
    const problem = await problemOf(node, example, world);
    verdicts.push(verdictOf(example.name, example.place, problem === null ? "passed" : "failed", problem));
  }
  return verdicts;
}

const verdictOf = (
  name: string,
  place: string,
  verdict: CaseVerdict["verdict"],
  problem: string | null,
): CaseVerdict => ({ name, place, verdict, problem });

/** Why a node cannot be executed in this process, or a part of it; null when it can. */
function whyElsewhere(
  { entrypoint, graph }: NodeDefinition,
  world: readonly Candidate[],
  above: ReadonlySet<string> = new Set(),
): string | null {
  const { runs, servedBy } = entrypointTraits(entrypoint.type);
  if (runs === "ring") return null;
  if (runs === "graph") {
    const names = new Set(partNames(graph).filter((name) => !above.has(name)));
    const parts = world.filter(({ definition }) => names.has(definition.name));
    const reasons = parts.map(({ definition }) => whyElsewhere(definition, world, new Set([...above, ...names])));
    return reasons.find((reason) => reason !== null) ?? null;
  }
  if (runs === "bus") return "it is reached by messages alone, and starts runs of its own";
  if (runs === "isolate" && ["builtin", "function", "noop"].includes(servedBy ?? "")) return null;
  return `nothing here executes ${entrypoint.type} nodes`;
}

/** The nodes that the steps of a composite name. */
export function partNames(graph: JsonObject | undefined): readonly string[] {
  const steps = graph?.["steps"];
  if (!isList(steps)) return [];
  return steps.flatMap((step) => memberAt(step, "node")).flatMap((node) => (typeof node === "string" ? [node] : []));
}

async function problemOf(
  { definition, artifacts }: Candidate,
  example: NodeExample,
  world: readonly Candidate[],
): Promise<string | null> {
  const nodes = [{ definition, artifacts }, ...(definition.graph === undefined ? [] : world)];
  const { engine, runner } = caseEngine(nodes);
  try {
    const runId = await runner.begin(envelopeOf(definition, example));
    if (definition.entrypoint.type === "wait") await sendAwaited(runner, runId, definition, example);
    await runner.follow(runId, LONGEST_MS, approver(runner, runId, example));
    const state = await engine.parts.runs.read(LOCAL_TENANT, runId);
    if (state?.header.status !== "succeeded") return whyFailed(state);
    const returned = await loadState(resultsOf(state), engine.ports.blobs);
    return judgeProof(definition, example, returned)?.message ?? null;
  } catch (thrown) {
    if (thrown instanceof CommandFailure) return thrown.lines.join("; ");
    throw thrown;
  }
}

/** The node alone, in whatever state of its life it is. */
const envelopeOf = ({ name, version }: NodeDefinition, { input }: NodeExample): JsonObject => ({
  operation: "node.execute",
  source_node: "onex-nodes-test",
  payload: { node: name, version, input, policy: { lifecycles: [...LIFECYCLES] } },
});

function resultsOf(state: RunState): Record<string, StoredValue> {
  const found: Record<string, StoredValue> = {};
  for (const [key, { step, key: from }] of Object.entries(state.plan.results)) {
    const value = step === null ? state.given[from] : outputOf(state, step, from);
    if (value) found[key] = value;
  }
  return found;
}

function whyFailed(state: RunState | null): string {
  if (state === null) return "its run is gone";
  const { fault, status } = state.header;
  return fault ? `${fault.code}: ${fault.message}` : `its run is ${status}`;
}

/** What a wait's case promises is what comes from outside. */
const awaited = ({ output }: NodeExample): JsonValue => Object.values(output ?? {})[0] ?? null;

async function sendAwaited(
  runner: Runner,
  runId: string,
  { entrypoint, name }: NodeDefinition,
  example: NodeExample,
): Promise<void> {
  if (entrypoint.target !== "event") return;
  const { "wait.event": event } = example.input;
  await runner.sendEvent(runId, typeof event === "string" ? event : name, awaited(example));
}

/** Approves what waits for a person's word, in the words that the case promises. */
function approver(runner: Runner, runId: string, example: NodeExample): OnSignal {
  return async (signal) => {
    if (signal.type !== "signal.node.dispatch" || signal.via !== "wait") return;
    const view = await runner.view(runId);
    const step = view.steps.find(({ id }) => id === signal.step);
    if (step?.waiting?.kind !== "approval") return;
    const word = awaited(example);
    const { by, comment } = isObject(word) ? word : {};
    await runner.decide(runId, signal.step, {
      approved: true,
      ...(typeof by === "string" ? { by } : {}),
      ...(typeof comment === "string" ? { comment } : {}),
    });
  };
}
