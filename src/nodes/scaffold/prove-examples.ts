import type { ScaffoldSpecification } from "../../../contracts/documents/scaffold.ts";
import { fault, type Fault } from "../../core/errors.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { cpuBudgetMs, MAX_FUNCTION_CPU_MS } from "../../core/sandbox/budget.ts";
import { contradiction, exampleName, judgeExample, type ExampleVerdict } from "../../core/scaffold/examples.ts";
import type { ScaffoldedNode } from "../../core/scaffold/scaffold-node.ts";
import type { Sandbox } from "../../spi/sandbox.ts";

/**
 * Runs every example, in order. A wrong output is a verdict; code that throws, never ends or eats memory is a refusal,
 * and so is an example that contradicts its own contract. All of them together have the CPU that one call may have at most.
 */
export async function proveExamples(
  specification: ScaffoldSpecification,
  { definition, artifacts, codeFirstLine }: ScaffoldedNode,
  sandbox: Sandbox,
): Promise<Result<readonly ExampleVerdict[], Fault>> {
  const { examples } = specification;
  const contradicted = contradiction(examples, definition);
  if (contradicted) return err(contradicted);
  const verdicts: ExampleVerdict[] = [];
  const budgetMs = cpuBudgetMs(definition.execution);
  let leftMs = MAX_FUNCTION_CPU_MS;
  for (const [index, example] of examples.entries()) {
    const name = exampleName(example, index);
    if (leftMs < budgetMs) return err(togetherTooLong(name));
    const returned = await sandbox.run(artifacts.code, example.input, {
      maxCpuMs: budgetMs,
      onSpent: (cpuMs) => {
        leftMs -= cpuMs;
      },
    });
    if (!returned.ok) return err(inAuthorsCode(returned.error, name, codeFirstLine));
    verdicts.push(judgeExample(name, example, returned.value, definition));
  }
  return ok(verdicts);
}

const togetherTooLong = (example: string): Fault =>
  fault("SANDBOX_BUDGET", `${example}: the examples before it have used the CPU that all of them may`, {
    place: "examples",
    hint: "give fewer or smaller examples, or a shorter execution.timeout_ms",
    blameless: true,
  });

/**
 * The refusal with the line counted in the code as the specification brought it. The mistake is the specification's: it
 * says nothing about the node that builds nodes.
 */
function inAuthorsCode(problem: Fault, example: string, codeFirstLine: number): Fault {
  const line = /:(\d+)$/.exec(problem.place ?? "")?.[1];
  const place = line === undefined ? "code" : `code:${Math.max(1, Number(line) - codeFirstLine + 1)}`;
  return { ...problem, message: `${example}: ${problem.message}`, place, blameless: true };
}
