import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { JsonValue } from "../../../contracts/json/json.ts";
import type { Fault } from "../../core/errors.ts";
import type { Result } from "../../core/result.ts";
import { draftReasons, type ExampleVerdict } from "../../core/scaffold/examples.ts";
import { type Birth, scaffoldNode, type ScaffoldedNode } from "../../core/scaffold/scaffold-node.ts";
import { parseSpecification } from "../../core/scaffold/specification.ts";
import { quickJsSandbox } from "../../infra/sandbox/quick-js-sandbox.ts";
import { proveExamples } from "../../nodes/scaffold/prove-examples.ts";
import { isThere } from "../files/walk.ts";
import { nodeQuickJsModule } from "../quickjs-module.ts";
import { CommandFailure, EXIT, systemReason } from "../shell.ts";

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

/**
 * Writes a node's files to a folder that is not there yet: all of them or none. Whatever is at the path already stays as
 * it is and refuses the node.
 */
export function writeNodeFolder(folder: string, files: Readonly<Record<string, string>>): void {
  if (isThere(folder)) {
    throw new CommandFailure(`${folder} exists already and is left as it is`, { hint: "choose another name or --dir" });
  }
  const draft = join(dirname(folder), `.${basename(folder)}.${process.pid}.tmp`);
  try {
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(draft);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(draft, name), text, { flag: "wx" });
    renameSync(draft, folder);
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true });
    throw new CommandFailure(`${folder} cannot be written: ${systemReason(thrown)}`, { cause: thrown });
  }
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
    const listed = Array.isArray(details)
      ? (details as readonly { readonly place?: string; readonly message?: string }[])
      : [];
    if (listed.length > 1) return listed.map((one) => `${one.place ?? "$"}: ${one.message ?? ""}`);
    return [place === undefined || message.includes(place) ? message : `${place}: ${message}`];
  });
  const [hint] = faults.flatMap((one) => one.hint ?? []);
  const exitCode = faults.some(({ code }) => code === "SCAFFOLD_INVALID") ? EXIT.usage : EXIT.findings;
  return new CommandFailure(`the node is refused:\n  ${lines.join("\n  ")}`, {
    exitCode,
    ...(hint === undefined ? {} : { hint }),
  });
}
