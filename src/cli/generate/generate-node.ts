import { isList, isObject, textAt } from "../../../contracts/json/narrow.ts";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { draftReasons, type ExampleVerdict } from "../../core/scaffold/examples.ts";
import { type Birth, scaffoldNode, type ScaffoldedNode } from "../../core/scaffold/scaffold-node.ts";
import { parseSpecification } from "../../core/scaffold/specification.ts";
import { quickJsSandbox } from "../../infra/sandbox/quick-js-sandbox.ts";
import { proveExamples } from "../../nodes/scaffold/prove-examples.ts";
import { nodeQuickJsModule } from "../quickjs-module.ts";
import { CommandFailure, EXIT } from "../shell.ts";

export interface GeneratedNode {
  readonly node: ScaffoldedNode;
  readonly verdicts: readonly ExampleVerdict[];
  /** Why it is only a draft; empty when its examples prove it. */
  readonly reasons: readonly string[];
}

/**
 * Builds a node as the scaffold node does: the same specification, templates, admission and examples. Nothing is written.
 * A refusal lists everything that is wrong.
 */
export async function generateNode(specification: JsonValue, birth: Birth): Promise<GeneratedNode> {
  const wanted = taken(parseSpecification(specification));
  const trial = takenAll(scaffoldNode(wanted, birth, "draft"));
  const sandbox = quickJsSandbox({ loadModule: nodeQuickJsModule });
  const verdicts = wanted.code === undefined ? [] : taken(await proveExamples(wanted, trial, sandbox));
  const reasons = draftReasons(wanted, verdicts);
  const node = reasons.length === 0 ? takenAll(scaffoldNode(wanted, birth, "active")) : trial;
  return { node, verdicts, reasons };
}

function taken<T>(result: Result<T, Fault>): T {
  if (result.ok) return result.value;
  throw refusal([result.error]);
}

function takenAll<T>(result: Result<T, readonly Fault[]>): T {
  if (result.ok) return result.value;
  throw refusal(result.error);
}

function refusal(faults: readonly Fault[]): CommandFailure {
  const lines = faults.flatMap(({ message, place, details }) => {
    const listed = isList(details) ? details.filter((one) => isObject(one)) : [];
    if (listed.length > 1) return listed.map((one) => `${textAt(one, "place") || "$"}: ${textAt(one, "message")}`);
    return [place === undefined || message.includes(place) ? message : `${place}: ${message}`];
  });
  const [hint] = faults.flatMap((one) => one.hint ?? []);
  const exitCode = faults.some(({ code }) => code === "SCAFFOLD_INVALID") ? EXIT.usage : EXIT.findings;
  return new CommandFailure("the node is refused:", {
    list: lines,
    exitCode,
    ...(hint === undefined ? {} : { hint }),
  });
}
