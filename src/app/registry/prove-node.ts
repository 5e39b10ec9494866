import { faultOf, isRetryable, type Fault } from "../../core/errors.ts";
import { examplesOf, type NodeExample } from "../../core/registry/cases.ts";
import { nodeRef, type NodeArtifacts, type NodeDefinition } from "../../core/registry/node.ts";
import { canBeProven, judgeProof, notProven, placeholderFault } from "../../core/registry/proof.ts";
import { valueHash } from "../../core/run/model/hash.ts";
import { admitOutput } from "../../core/run/reduce/output-rule.ts";
import { MAX_FUNCTION_CPU_MS, NOT_BEGUN } from "../../core/sandbox/budget.ts";
import { BLAME } from "../../core/trust/blame.ts";
import type { Clock } from "../../spi/clock.ts";
import type { Timer } from "../../spi/timer.ts";
import type { CallContext } from "../call-context.ts";
import { attempt } from "../execute/attempt.ts";
import type { HandlerRouter } from "../execute/handler-router.ts";

export interface ProofPorts {
  readonly router: HandlerRouter;
  readonly clock: Clock;
  readonly timer: Timer;
}

/**
 * What keeps a node from being active: that it is a placeholder, or an example or case of its own that it does not keep.
 * Functions run in the sandbox, built-in nodes in this process; what has effects outside, and what is nowhere here, is
 * not tried. All of them together have the CPU that one call may have at most.
 */
export async function proveNode(
  call: CallContext,
  node: NodeDefinition,
  artifacts: NodeArtifacts,
  ports: ProofPorts,
): Promise<readonly Fault[]> {
  const placeholder = placeholderFault(node, artifacts.code);
  if (placeholder) return [placeholder];
  const examples = examplesOf(artifacts);
  if (!examples.ok) return [examples.error];
  if (!canBeProven(node)) return [];
  const found: Fault[] = [];
  let leftMs = MAX_FUNCTION_CPU_MS;
  const onSpent = (cpuMs: number): void => {
    leftMs -= cpuMs;
  };
  for (const example of distinct(examples.value)) {
    if (leftMs < 1) return [...found, notProven(node, example, "the examples before it have used the CPU of them all")];
    const timeoutMs = Math.min(node.execution.timeoutMs, leftMs);
    const limited = { ...node, execution: { ...node.execution, timeoutMs } };
    const against = await tryExample(call, limited, artifacts, { example, onSpent }, ports);
    if (against) found.push(against);
  }
  return found;
}

/** A case that says what the contract's example says is tried once. */
function distinct(examples: readonly NodeExample[]): readonly NodeExample[] {
  const byContent = new Map<string, NodeExample>();
  for (const example of examples) {
    const content = valueHash({ input: example.input, output: example.output });
    if (!byContent.has(content)) byContent.set(content, example);
  }
  return [...byContent.values()];
}

async function tryExample(
  { tenant, principal, correlationId, trace }: CallContext,
  node: NodeDefinition,
  { code = "" }: NodeArtifacts,
  { example, onSpent }: { readonly example: NodeExample; readonly onSpent: (cpuMs: number) => void },
  { router, clock, timer }: ProofPorts,
): Promise<Fault | null> {
  try {
    const handler = await router.ready(node.entrypoint.type, clock.now());
    const execute = (signal: () => AbortSignal) =>
      handler.execute({
        ...{ tenant, principal, correlationId, trace, node, input: example.input, attempt: 1, lease: null },
        cpu: { admits: () => true, spend: onSpent },
        ...{ runId: "proof", stepId: node.name, idempotencyKey: `proof/${nodeRef(node)}` },
        get signal() {
          return signal();
        },
        code: () => Promise.resolve(code),
      });
    const timeoutMs = node.execution.timeoutMs;
    const returned = await attempt(execute, { what: nodeRef(node), timeoutMs, timer });
    // The account admits everything, so nothing is put off.
    if (returned === NOT_BEGUN) return notProven(node, example, "it was not begun");
    const admitted = admitOutput(node.kind, returned);
    return admitted.ok
      ? judgeProof(node, example, admitted.value.state)
      : notProven(node, example, admitted.error.message);
  } catch (thrown) {
    const problem = faultOf(thrown, "it failed unexpectedly");
    // What our own stores and handlers cannot do now is nobody's broken promise.
    if (BLAME[problem.code] === 0 && isRetryable(problem)) return problem;
    return notProven(node, example, `${problem.code}: ${problem.message}`);
  }
}
