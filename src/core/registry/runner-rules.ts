import { IMAGE } from "../../../contracts/documents/runner-blocks.ts";
import type { StateContract } from "../contract/state-contract.ts";
import type { Entrypoint } from "./node.ts";

/** What keeps a runner from executing a node, whatever it is given. */
export interface RunnerProblem {
  readonly message: string;
  readonly hint: string;
}

/** `run` of a module, or another function of it: `pricing.rules`, `pricing.rules:quote`. */
const MODULE = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_]\w*)?$/;

/** What a runner would refuse of an entrypoint: known when the node is registered, so nothing of it waits for a runner. */
export function runnerProblems({ type, target }: Entrypoint, contract: StateContract | null): readonly RunnerProblem[] {
  const found: RunnerProblem[] = [];
  if (type === "docker" && !IMAGE.test(target)) {
    const hint = "name the image by its digest: registry.example/name@sha256:<64 hexadecimal digits>";
    found.push({ message: `${JSON.stringify(target)} names no image that stays the same`, hint });
  }
  if (type === "python" && !target.endsWith(".py") && !MODULE.test(target)) {
    const hint = "name a file such as node.py, or a module of the runner's environment such as pricing.rules";
    found.push({ message: `${JSON.stringify(target)} is neither a Python file nor a module`, hint });
  }
  const blocks = { cli: type === "cli" || type === "docker", python: type === "python" };
  for (const block of ["cli", "python"] as const) {
    if (contract?.runner[block] !== undefined && !blocks[block])
      found.push({ message: `a ${type} node has no ${block} block`, hint: `take ${block} out of contract.yaml` });
  }
  return found;
}
