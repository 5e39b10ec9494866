import { nodeCases } from "../../../contracts/documents/node-files.ts";
import type { JsonObject } from "../../../contracts/json/json.ts";
import type { StateContract } from "../contract/state-contract.ts";
import { loadContract } from "../contract/load-contract.ts";
import { faultsOfIssues, refusal } from "../envelope/refusal.ts";
import type { Fault } from "../errors.ts";
import { flawFault } from "../json/flaw.ts";
import { readJson } from "../json/read-json.ts";
import { err, ok, type Result } from "../result.ts";
import { CONTRACT_FILE } from "./artifact-hashes.ts";
import type { NodeArtifacts } from "./node.ts";

/** The file of a node's folder that says what the node makes of which input. */
export const CASES_FILE = "cases.json";

/** One thing a node says of itself: what it makes of an input. */
export interface NodeExample {
  readonly name: string;
  readonly input: JsonObject;
  /** Null when nothing is promised but that the output satisfies its contract. */
  readonly output: JsonObject | null;
  /** Where it is written: `contract.yaml:$.examples`, `cases.json:$.cases[0]`. */
  readonly place: string;
}

/** Everything a node says of itself: the example of its contract, then its cases. CONTRACT_VALIDATION_ERROR for cases that are none. */
export function examplesOf({ contract, files }: NodeArtifacts): Result<readonly NodeExample[], Fault> {
  const read = loadContract(contract);
  const examples = read.ok ? contractExamples(read.value.contract) : [];
  const text = files?.[CASES_FILE];
  const cases = text === undefined ? ok([]) : readCases(text);
  return cases.ok ? ok([...examples, ...cases.value]) : cases;
}

/** The example of a contract; none when it gives no input. */
export function contractExamples({ examples }: Pick<StateContract, "examples">): readonly NodeExample[] {
  const { validInput: input, validOutput: output } = examples;
  return input === null ? [] : [{ name: "the example", input, output, place: `${CONTRACT_FILE}:$.examples` }];
}

/** The cases of a cases.json. A case that is none is refused with its place: left out, it would seem to be kept. */
export function readCases(text: string): Result<readonly NodeExample[], Fault> {
  const json = readJson(text);
  if (!json.ok) return err(inFile(flawFault("CONTRACT_VALIDATION_ERROR", "cases.json", json.error)));
  const read = nodeCases.safeParse(json.value);
  if (!read.success) {
    const faults = faultsOfIssues("CONTRACT_VALIDATION_ERROR", read.error.issues, { schema: nodeCases });
    return err(refusal("cases.json", faults.map(inFile)));
  }
  return ok(
    read.data.cases.map(({ name, input, output }, at) => ({
      name: name ?? `case ${at + 1}`,
      input,
      output: output ?? null,
      place: `${CASES_FILE}:$.cases[${at}]`,
    })),
  );
}

const inFile = (problem: Fault): Fault => ({ ...problem, place: `${CASES_FILE}:${problem.place ?? "$"}` });
